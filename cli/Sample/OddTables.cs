using System.Globalization;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Cli.Sample;

/// <summary>Shapes and names that are rare, legal, and break things.</summary>
internal static class OddTables
{
    private const int WideColumns = 240;
    private const string Odd = "Odd \"Names\"";

    public static IEnumerable<SampleTable> All(SampleCounts counts) => [LogLines(counts), Returns, Places(counts), Cities(counts), Readings(counts), .. Names()];

    /// <summary>No primary key, and rows that are equal in every column.</summary>
    private static SampleTable LogLines(SampleCounts counts) => new(
        "shop", "log_lines", ["at", "level", "message"],
        "CREATE TABLE shop.log_lines (at timestamp, level smallint, message text);")
    {
        Rows = counts.LogLines,
        Row = (lines, random, i) =>
        {
            if (i % 10 == 0)
                lines.Add((string?)null).Null().Null();
            else if (i % 10 < 4)
                lines.Add("2024-02-29 23:59:59.999999").Add(3).Add("the same line again");
            else
                lines.AddTimestamp(new DateTime(2024, 1, 1).AddSeconds(i)).Add(random.Below(5)).Add(Words.Text(random, 6));
        },
    };

    private static SampleTable Returns => new(
        "shop", "returns", ["id", "order_id", "reason", "amount", "photos"],
        "CREATE TABLE shop.returns (id uuid NOT NULL, order_id bigint, reason text, amount numeric(10,2), photos bytea[]);");

    private static SampleTable Places(SampleCounts counts) => new(
        "shop", "places", ["id", "name", "country"], "CREATE TABLE shop.places (id integer NOT NULL, name text NOT NULL, country char(2));")
    {
        Rows = counts.Places,
        Row = (lines, random, i) => lines.Add(i + 1).Add($"{random.Pick(Words.LastNames)} Hill").Add(random.Pick(Words.Countries)),
    };

    /// <summary>Inherits from places in the classic way: a parent's rows and a child's are different tables' rows.</summary>
    private static SampleTable Cities(SampleCounts counts) => new(
        "shop", "cities", ["id", "name", "country", "population", "mayor"], "CREATE TABLE shop.cities (population bigint, mayor text) INHERITS (shop.places);")
    {
        Rows = counts.Places / 2,
        Row = (lines, random, i) => lines.Add(100_000 + i).Add($"{random.Pick(Words.FirstNames)}burg").Add(random.Pick(Words.Countries))
            .Add(random.Between(0, 40_000_000)).Add(random.OneIn(3) ? null : Words.Name(random)),
    };

    private static SampleTable Readings(SampleCounts counts)
    {
        string[] types = ["real", "integer", "boolean", "text", "numeric(8,3)", "date", "smallint", "double precision"];
        string[] names = [.. Enumerable.Range(1, WideColumns).Select(n => n.ToString("'r'000", CultureInfo.InvariantCulture))];
        return new(
            "shop", "readings", ["id", .. names],
            $"CREATE TABLE shop.readings (id integer NOT NULL, {string.Join(", ", names.Select((n, i) => $"{n} {types[i % types.Length]}"))});")
        {
            Rows = counts.Readings,
            Row = (lines, random, i) =>
            {
                lines.Add(i + 1);
                for (int column = 0; column < WideColumns; column++)
                    Reading(lines, random, column % types.Length);
            },
        };
    }

    private static void Reading(CopyLines lines, SampleRandom random, int kind)
    {
        int value = random.Below(100_000);
        _ = (value % 8 == 0 ? -1 : kind) switch
        {
            0 => lines.Add(value / 16f),
            1 => lines.Add(value - 50_000),
            2 => lines.Add(value % 2 == 1),
            3 => lines.Add(Words.Plain[value % Words.Plain.Length]),
            4 => lines.Add(value / 1_000m),
            5 => lines.Add(new DateOnly(2000, 1, 1).AddDays(value / 8), "yyyy-MM-dd"),
            6 => lines.Add(value % 30_000),
            7 => lines.Add(value / 7d),
            _ => lines.Null(),
        };
    }

    private static IEnumerable<SampleTable> Names()
    {
        string longName = "long_" + new string('n', 58);
        string[] columns = ["id", "a.b", "with space", "UPPER", "upper", "select", "ünïcödé 🦣", "semi;colon", "quo\"te", "it's", "percent%/slash\\back", longName];
        string[] tables = ["Order \"lines\"", "it's", "v1.2 data", "a/b\\c", "Case", "case", "CASE", "..", "con", "naïve 🐘", longName];
        foreach ((int t, string table) in tables.Index())
        {
            string name = $"{Identifier.Quote(Odd)}.{Identifier.Quote(table)}";
            yield return new(
                Odd, table, columns,
                $"CREATE TABLE {name} ({string.Join(", ", columns.Select((c, i) => $"{Identifier.Quote(c)} {(i == 0 ? "integer PRIMARY KEY" : "text")}"))});")
            {
                Rows = 10,
                Row = (lines, random, i) =>
                {
                    lines.Add((t * 100) + i);
                    for (int column = 1; column < columns.Length; column++)
                        lines.Add(random.OneIn(4) ? null : random.Pick(Words.Odd));
                },
            };
        }
    }
}
