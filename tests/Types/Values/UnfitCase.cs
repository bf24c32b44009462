using Mammoth.Cli.Sample;

namespace Mammoth.Tests.Types.Values;

/// <summary>A type whose exact form does not hold every value.</summary>
/// <param name="Sql">The type in SQL.</param>
/// <param name="Target">Its exact form, as the plan shows it.</param>
/// <param name="Fits">A value that it holds.</param>
/// <param name="DoesNot">One that it does not.</param>
internal sealed record UnfitCase(string Name, string Sql, string Target, Func<Random, string> Fits, Func<Random, string> DoesNot)
{
    /// <summary>The type that the column has in a binary COPY tuple.</summary>
    public string Carried { get => field ?? Sql; init; }

    /// <summary>What some of them need.</summary>
    public const string Setup = """
        CREATE SCHEMA made;
        CREATE TYPE made.born AS (id integer, day date, note text);
        CREATE DOMAIN made.day AS date;
        """;

    public static IReadOnlyDictionary<string, UnfitCase> All { get; } = Create().ToDictionary(c => c.Name);

    private static IEnumerable<UnfitCase> Create()
    {
        yield return new("date", "date", "date", TimeCases.Date, UnfitDate);
        yield return new("domain of date", "made.day", "date", TimeCases.Date, UnfitDate);
        yield return new("time", "time", "time", TimeCases.Time, _ => "24:00:00");
        yield return new("timestamp", "timestamp", "timestamp", r => $"{TimeCases.Date(r)} {TimeCases.Time(r)}", r => Moment(r, ""));
        yield return new("timestamptz", "timestamptz", "timestamptz", r => $"{TimeCases.InnerDate(r)} {TimeCases.Time(r)}{TimeCases.Zone(r)}", r => Moment(r, "+01"));
        yield return new("numeric", "numeric(8,2)", "decimal(8, 2)", r => r.Digits(6, 2), _ => "NaN");
        yield return new("array", "integer[]", "list<int>", r => PgText.Array([r.Next().Text(), null]), r => Shaped(r, () => r.Next().Text()));
        yield return new("array of text", "text[]", "list<string>", r => r.OneIn(4) ? "{}" : PgText.Array([r.Text(5), null]), r => Shaped(r, () => r.OneIn(4) ? null : r.Text(5)));
        yield return new("array of dates", "date[]", "list<date>", r => PgText.Array([TimeCases.Date(r), null]), r => r.OneIn(4) ? Shaped(r, () => TimeCases.Date(r)) : PgText.Array([TimeCases.Date(r), UnfitDate(r)]));
        yield return new("array of intervals", "interval[]", "list<string>", r => PgText.Array([$"{r.Next(99)} days"]), r => Shaped(r, () => $"{r.Next(99)} days")) { Carried = "text[]" };
        yield return new("composite", "made.born", "struct<id: int, day: date, note: string>", r => Born(r, TimeCases.Date(r)), r => Born(r, UnfitDate(r)));
        yield return new("array of composites", "made.born[]", "list<struct<id: int, day: date, note: string>>", r => PgText.Array([Born(r, TimeCases.Date(r)), null]), r => PgText.Array([Born(r, TimeCases.Date(r)), Born(r, UnfitDate(r))]));
    }

    private static string UnfitDate(Random random) =>
        random.Pick("infinity", "-infinity", "4714-11-24 BC", "5874897-12-31", "0001-12-31 BC", "10000-01-01", $"{random.Next(1, 4_000):D4}-02-03 BC", $"{random.Next(10_000, 300_000)}-02-03");

    private static string Moment(Random random, string zone) => random.Next(3) switch
    {
        0 => random.Pick("infinity", "-infinity"),
        1 => $"{random.Pick("10000", "294275", random.Next(10_001, 294_000).Text())}-01-02 {TimeCases.Time(random)}{zone}",
        _ => $"{random.Next(1, 4_000):D4}-12-30 {TimeCases.Time(random)}{zone} BC",
    };

    private static string Born(Random random, string day) => PgText.Composite(random.OneIn(4) ? null : random.Next(999).Text(), day, random.OneIn(4) ? null : random.Text(6));

    /// <summary>Two dimensions, or bounds that don't begin at one.</summary>
    private static string Shaped(Random random, Func<string?> element)
    {
        string row = PgText.Array([element(), element()]);
        return random.Pick($"{{{row},{PgText.Array([element(), element()])}}}", $"[0:1]={row}", $"[-5:-4]={row}", $"{{{{{row}}}}}");
    }
}
