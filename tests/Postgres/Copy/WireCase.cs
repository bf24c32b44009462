using System.Globalization;
using System.Text;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>An SQL type, the wire form it travels in, and where its values come from.</summary>
/// <param name="SqlType">The column's type.</param>
/// <param name="Form">Its wire form, given how to find a type's oid.</param>
/// <param name="Literal">A random value as the input function takes it.</param>
/// <param name="Expression">An SQL expression that makes a random value on the server; null where none is worth it.</param>
internal sealed record WireCase(string SqlType, Func<Func<string, uint>, CopyType> Form, Func<Random, string> Literal, string? Expression = null)
{
    public const string Setup = """
        CREATE EXTENSION IF NOT EXISTS hstore;
        CREATE EXTENSION IF NOT EXISTS citext;
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'überglücklich');
        CREATE DOMAIN positive AS int CHECK (VALUE > 0);
        CREATE DOMAIN price AS numeric(12,3);
        CREATE TYPE point3 AS (x int, label text, at timestamptz);
        CREATE TYPE nest AS (id positive, tags text[], points point3[], h hstore);
        """;

    private static readonly CopyType Text = new CopyType.Text();

    public static IReadOnlyDictionary<string, WireCase> All { get; } = new Dictionary<string, WireCase>
    {
        ["bool"] = new("bool", _ => new CopyType.Bool(), r => r.Next(2) == 0 ? "t" : "f", "random() < 0.5"),
        ["int2"] = new("int2", _ => new CopyType.Int2(), r => Invariant(r.Next(short.MinValue, short.MaxValue + 1)), "(random()*65535-32768)::int2"),
        ["int4"] = new("int4", _ => new CopyType.Int4(), r => Invariant(r.Next(int.MinValue, int.MaxValue)), "(random()*4294967295-2147483648)::int4"),
        ["int8"] = new("int8", _ => new CopyType.Int8(), r => Invariant(r.NextInt64(long.MinValue, long.MaxValue)), "((random()-0.5)*1.8e19)::int8"),
        ["oid"] = new("oid", _ => new CopyType.Oid(), r => Invariant(r.NextInt64(0, uint.MaxValue + 1L)), "(random()*4294967295)::int8::oid"),
        ["float4"] = new("float4", _ => new CopyType.Float4(), Float, "(random()*1e30)::float4"),
        ["float8"] = new("float8", _ => new CopyType.Float8(), Float, "random()*1e300"),
        ["numeric(10,2)"] = Decimal(10, 2),
        ["numeric(38,0)"] = Decimal(38, 0),
        ["numeric(38,38)"] = Decimal(38, 38),
        ["numeric(38,9)"] = Decimal(38, 9),
        ["numeric(38,1)"] = Decimal(38, 1),
        ["numeric(20,7)"] = Decimal(20, 7),
        ["numeric(5,4)"] = Decimal(5, 4),
        ["numeric(1,0)"] = Decimal(1, 0),
        ["money"] = new("money", _ => new CopyType.Money(2), r => Invariant(r.NextInt64(-90_000_000_000_000_000, 90_000_000_000_000_000)) + ".17"),
        ["text"] = new("text", _ => Text, RandomText, "md5(random()::text)"),
        ["varchar(7)"] = new("varchar(7)", _ => Text, r => Words(r)[..7]),
        ["char(9)"] = new("char(9)", _ => Text, r => r.Next(3) == 0 ? "" : "ab  "),
        ["name"] = new("name", _ => Text, Words),
        ["citext"] = new("citext", _ => Text, RandomText),
        ["json"] = new("json", _ => Text, Json),
        ["jsonb"] = new("jsonb", _ => new CopyType.VersionedText(), Json),
        ["jsonpath"] = new("jsonpath", _ => new CopyType.VersionedText(), r => Invariant($"$.a[{r.Next(100)}] ? (@.b > {r.Next(9)})")),
        ["bytea"] = new("bytea", _ => new CopyType.Bytea(), Bytes, "decode(md5(random()::text), 'hex')"),
        ["uuid"] = new("uuid", _ => new CopyType.Uuid(), r => new Guid(RandomBytes(r, 16)).ToString(), "gen_random_uuid()"),
        ["date"] = new("date", _ => new CopyType.Date(), r => Day(r), "'0001-01-01'::date + (random()*3652058)::int"),
        ["time"] = new("time", _ => new CopyType.Time(), r => Time(r), "'00:00'::time + random() * interval '23:59:59'"),
        ["timestamp"] = new("timestamp", _ => new CopyType.Timestamp(), r => $"{Day(r)} {Time(r)}", "'0001-01-01'::timestamp + random() * interval '9998 years'"),
        ["timestamptz"] = new("timestamptz", _ => new CopyType.TimestampTz(), r => $"{Day(r)} {Time(r)}Z", "'0001-01-02Z'::timestamptz + random() * interval '9998 years'"),
        ["enum"] = new("mood", _ => Text, Mood),
        ["domain"] = new("price", _ => new CopyType.Numeric(12, 3), r => Number(r, 12, 3)),
        ["hstore"] = new("hstore", _ => new CopyType.Hstore(), Hstore, "hstore(array[md5(random()::text), 'b'], array[null, random()::text])"),
        ["int4[]"] = List("int4", _ => new CopyType.Int4(), r => Invariant(r.Next(-5, 5)), "array_remove(array[1, null, (random()*10)::int], null)"),
        ["bool[]"] = List("bool", _ => new CopyType.Bool(), r => r.Next(2) == 0 ? "t" : "f", "array[true, null, random() < 0.5]"),
        ["text[]"] = List("text", _ => Text, RandomText, "string_to_array(md5(random()::text), 'a', 'b')"),
        ["jsonb[]"] = List("jsonb", _ => new CopyType.VersionedText(), Json),
        ["bytea[]"] = List("bytea", _ => new CopyType.Bytea(), Bytes),
        ["uuid[]"] = List("uuid", _ => new CopyType.Uuid(), r => new Guid(RandomBytes(r, 16)).ToString()),
        ["numeric(12,3)[]"] = List("numeric(12,3)", _ => new CopyType.Numeric(12, 3), r => Number(r, 12, 3)),
        ["timestamptz[]"] = List("timestamptz", _ => new CopyType.TimestampTz(), r => $"{Day(r)} {Time(r)}Z"),
        ["enum[]"] = List("mood", _ => Text, Mood),
        ["domain[]"] = List("positive", _ => new CopyType.Int4(), r => Invariant(r.Next(1, 9))),
        ["hstore[]"] = List("hstore", _ => new CopyType.Hstore(), Hstore),
        ["composite"] = new("point3", Point3, Point),
        ["composite[]"] = List("point3", Point3, Point),
        ["nested"] = new("nest", Nest, r => Row(r.Next(4) == 0 ? null : Invariant(r.Next(1, 99)), Elements(r, RandomText), Elements(r, Point), r.Next(3) == 0 ? null : Hstore(r))),
        ["nested[]"] = List("nest", Nest, r => Row(null, Elements(r, RandomText), Elements(r, Point), Hstore(r))),
    };

    public CopyType Type(Func<string, uint> oid) => Form(oid);

    private static WireCase Decimal(int precision, int scale) =>
        new(Invariant($"numeric({precision},{scale})"), _ => new CopyType.Numeric(precision, scale), r => Number(r, precision, scale),
            Invariant($"round((random()-0.5)::numeric * 10::numeric^({precision - scale}), {scale})"));

    private static WireCase List(string element, Func<Func<string, uint>, CopyType> form, Func<Random, string> literal, string? expression = null) =>
        new($"{element}[]", oid => new CopyType.Array(oid(element), form(oid)), r => Elements(r, literal), expression);

    private static CopyType.Composite Point3(Func<string, uint> oid) => new([
        new("x", oid("int4"), new CopyType.Int4()), new("label", oid("text"), Text), new("at", oid("timestamptz"), new CopyType.TimestampTz())]);

    private static CopyType.Composite Nest(Func<string, uint> oid) => new([
        new("id", oid("positive"), new CopyType.Int4()),
        new("tags", oid("text[]"), new CopyType.Array(oid("text"), Text)),
        new("points", oid("point3[]"), new CopyType.Array(oid("point3"), Point3(oid))),
        new("h", oid("hstore"), new CopyType.Hstore())]);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Mood(Random r) => r.Next(3) switch { 0 => "sad", 1 => "ok", _ => "überglücklich" };

    private static string Float(Random r) => r.Next(8) switch
    {
        0 => "NaN",
        1 => "Infinity",
        2 => "-Infinity",
        3 => "-0",
        4 => "1e-45",
        _ => ((r.NextDouble() - 0.5) * Math.Pow(10, r.Next(-30, 30))).ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Few digits as often as many, and zeros at either end.</summary>
    private static string Number(Random r, int precision, int scale)
    {
        int digits = r.Next(precision + 1);
        var text = new StringBuilder();
        for (int i = 0; i < digits; i++)
            text.Append((char)('0' + (r.Next(3) == 0 ? 0 : r.Next(10))));
        string whole = text.ToString().PadLeft(scale + 1, '0');
        return $"{(r.Next(2) == 0 ? "-" : "")}{whole[..^scale]}.{whole[^scale..]}".TrimEnd('.');
    }

    private static string Day(Random r) => r.Next(6) switch
    {
        0 => "0001-01-01",
        1 => "9999-12-31",
        2 => "1970-01-01",
        _ => new DateOnly(1, 1, 1).AddDays(r.Next(3_652_059)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    private static string Time(Random r) => r.Next(5) switch
    {
        0 => "00:00:00",
        1 => "23:59:59.999999",
        _ => new TimeOnly(r.NextInt64(864_000_000_000)).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
    };

    private static byte[] RandomBytes(Random r, int length)
    {
        byte[] bytes = new byte[length];
        r.NextBytes(bytes);
        return bytes;
    }

    private static string Bytes(Random r) => $"\\x{Convert.ToHexString(RandomBytes(r, r.Next(40)))}";

    private static string Words(Random r) => string.Concat(Enumerable.Range(0, r.Next(7, 12)).Select(_ => (char)('a' + r.Next(26))));

    private static string RandomText(Random r)
    {
        string[] parts = ["", "a", "Ω", "é", "\"", "'", "\\", ",", "{}", " ", "\n", "日本", "🐘", "NULL", "\u0001", "(", ")"];
        return string.Concat(Enumerable.Range(0, r.Next(9)).Select(_ => parts[r.Next(parts.Length)]));
    }

    private static string Json(Random r) => Invariant($$"""{"a": {{r.Next()}}, "b": [null, true, "日本 🐘"], "c": {"d": {{r.NextDouble()}} } }""");

    private static string Hstore(Random r) => string.Join(", ", Enumerable.Range(0, r.Next(5)).Select(i =>
        $"\"{Escape(RandomText(r))}{i}\"=>{(r.Next(3) == 0 ? "NULL" : $"\"{Escape(RandomText(r))}\"")}"));

    private static string Point(Random r) => Row(
        r.Next(4) == 0 ? null : Invariant(r.Next()), r.Next(4) == 0 ? null : RandomText(r), r.Next(4) == 0 ? null : $"{Day(r)} {Time(r)}Z");

    private static string Row(params string?[] fields) => $"({string.Join(',', fields.Select(f => f is null ? "" : $"\"{Escape(f)}\""))})";

    private static string Elements(Random r, Func<Random, string> literal) =>
        $"{{{string.Join(',', Enumerable.Range(0, r.Next(5)).Select(_ => r.Next(5) == 0 ? "NULL" : $"\"{Escape(literal(r))}\""))}}}";

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>A multi-row <c>VALUES</c> list of random literals and nulls.</summary>
    public string Values(Random random, int rows) => string.Join(", ", Enumerable.Range(0, rows)
        .Select(_ => random.Next(8) == 0 ? "(NULL)" : $"({Identifier.Literal(Literal(random))}::{SqlType})"));
}
