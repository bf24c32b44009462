using Mammoth.Cli.Sample;

namespace Mammoth.Tests.Types.Values;

/// <summary>Types that a database makes for itself.</summary>
internal static class MadeCases
{
    /// <summary>What makes them.</summary>
    public const string Setup = """"
        CREATE SCHEMA made;
        CREATE TYPE made.mood AS ENUM ('sad', 'ok', 'happy 🐘', 'it''s', '', 'a,"b"');
        CREATE DOMAIN made.positive AS integer CHECK (VALUE > 0);
        CREATE DOMAIN made.small AS made.positive CHECK (VALUE < 1000);
        CREATE DOMAIN made.price AS numeric(12, 4);
        CREATE DOMAIN made.labels AS text[];
        CREATE DOMAIN made.address AS inet;
        CREATE DOMAIN made.birthday AS date;
        CREATE DOMAIN made.code AS char(4);
        CREATE TYPE made.place AS (street text, "City ""Name""" text, zip varchar(10), since date);
        CREATE TYPE made.person AS (name text, home made.place, scores numeric(6, 2)[], mood made.mood, size made.price);
        CREATE TYPE made.stay AS (id integer, during daterange);
        CREATE TYPE made.nothing AS ();
        CREATE TYPE made.float_range AS RANGE (subtype = double precision);
        CREATE TABLE made.a_table (id integer, note text);
        CREATE TABLE made.counted AS SELECT i % 7 AS a, i % 7 AS b FROM generate_series(1, 1000) i;
        CREATE STATISTICS made.counts (ndistinct, dependencies, mcv) ON a, b FROM made.counted;
        ANALYZE made.counted;
        """";

    private const string Place = "struct<street: string, City \"Name\": string, zip: string, since: date>";

    public static IEnumerable<TypeCase> All()
    {
        yield return new("enum", "made.mood", "string", r => r.Pick(["sad", "ok", "happy 🐘", "it's", "", "a,\"b\""]));
        yield return new("domain", "made.positive", "int", r => r.Whole(1, int.MaxValue).Text());
        yield return new("domain of a domain", "made.small", "int", r => r.Next(1, 1000).Text());
        yield return new("domain of numeric", "made.price", "decimal(12, 4)", r => r.Digits(8, 4));
        yield return new("domain of an array", "made.labels", "list<string>", r => PgText.Array([r.Text(4), null, r.Text(4)]));
        yield return new("domain of inet", "made.address", "string", r => r.Pick("10.0.0.1", "10.0.0.0/8", "::1"));
        yield return new("domain of date", "made.birthday", "date", TimeCases.Date);
        yield return new("domain of date, all of them", "made.birthday", "string", TimeCases.WholeDate) { Unfit = true };
        yield return new("domain of char(4)", "made.code", "string", r => r.Text(4));
        yield return new("composite", "made.place", Place, r => APlace(r, TimeCases.Date(r)));
        yield return new("composite in a composite", "made.person", $"struct<name: string, home: {Place}, scores: list<decimal(6, 2)>, mood: string, size: decimal(12, 4)>", Person);
        yield return new("composite with a value that does not fit", "made.place", "string", r => APlace(r, TimeCases.WholeDate(r))) { Unfit = true };
        yield return new("composite with text", "made.stay", "string", r => PgText.Composite(r.Next(99).Text(), r.Pick("[2020-01-01,2020-02-01)", "empty", null)));
        yield return new("composite of nothing", "made.nothing", "string", _ => "()");
        yield return new("row of a table", "made.a_table", "struct<id: int, note: string>", r => PgText.Composite(r.OneIn(4) ? null : r.Next(99).Text(), r.OneIn(4) ? null : r.Text(5)));
        yield return new("generated", "numeric(12,3)", "decimal(12, 3)", null) { Generated = "GENERATED ALWAYS AS (id * 1.5) STORED" };
        yield return new("generated text", "text", "string", null) { Generated = "GENERATED ALWAYS AS ('№ ' || id::text) STORED" };
        yield return new("identity", "bigint", "long", null) { Generated = "GENERATED ALWAYS AS IDENTITY (MINVALUE -5)" };
    }

    private static string APlace(Random random, string since) =>
        PgText.Composite(Maybe(random, random.Text(8)), Maybe(random, random.Text(8)), Maybe(random, random.Text(5)), Maybe(random, since));

    private static string Person(Random random) => PgText.Composite(
        Maybe(random, random.Text(8)), Maybe(random, APlace(random, TimeCases.Date(random))), Maybe(random, PgText.Array([random.Digits(4, 2), null])),
        Maybe(random, random.Pick("sad", "", "it's")), Maybe(random, random.Digits(8, 4)));

    private static string? Maybe(Random random, string value) => random.OneIn(5) ? null : value;
}
