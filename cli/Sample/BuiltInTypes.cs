using System.Globalization;
using System.Text;

namespace Mammoth.Cli.Sample;

/// <summary>Every built-in type that a column can have. Dates stay within 1900 to 2299, which every reader can show.</summary>
internal static class BuiltInTypes
{
    private static readonly DateTime Epoch = new(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static IReadOnlyList<TypeColumn> For(ServerAbilities server) =>
        [.. Numbers(server), .. Texts(), .. Times(), .. Documents(server), .. Network(), .. Geometry(), .. Internals(), .. Ranges()];

    private static IEnumerable<TypeColumn> Numbers(ServerAbilities server)
    {
        yield return new("bool", "boolean", r => r.OneIn(2) ? "t" : "f");
        yield return new("int2", "smallint", r => Edge(r, short.MinValue, short.MaxValue));
        yield return new("int4", "integer", r => Edge(r, int.MinValue, int.MaxValue));
        yield return new("int8", "bigint", r => Edge(r, long.MinValue, long.MaxValue));
        yield return new("float4", "real", r => r.OneIn(4) ? r.Pick(["NaN", "Infinity", "-Infinity", "-0", "1e-45", "3.4028235e+38"]) : ((float)(r.Fraction() * 2_000 - 1_000)).ToString("R", CultureInfo.InvariantCulture));
        yield return new("float8", "double precision", r => r.OneIn(4) ? r.Pick(["NaN", "Infinity", "-Infinity", "-0", "5e-324", "1.7976931348623157e+308"]) : ((r.Fraction() * 2e9) - 1e9).ToString("R", CultureInfo.InvariantCulture));
        yield return new("numeric_10_2", "numeric(10,2)", r => Decimal(r, 8, 2));
        yield return new("numeric_38_10", "numeric(38,10)", r => Decimal(r, 28, 10));
        yield return new("numeric_38", "numeric(38)", r => Decimal(r, 38, 0));
        yield return new("numeric_1", "numeric(1,0)", r => Decimal(r, 1, 0));
        yield return new("numeric_60_20", "numeric(60,20)", r => Decimal(r, 40, 20));
        yield return new("numeric", "numeric", r => Decimal(r, 1 + r.Below(r.OneIn(5) ? 150 : 20), r.Below(r.OneIn(5) ? 60 : 10)));
        if (server.OddScales)
        {
            yield return new("numeric_5_minus_2", "numeric(5,-2)", r => Decimal(r, 5, 0) + "00");
            yield return new("numeric_3_5", "numeric(3,5)", r => $"0.00{r.Below(1000):D3}");
        }

        yield return new("money", "money", r => r.OneIn(5) ? r.Pick(["-92233720368547758.08", "92233720368547758.07", "0.00"]) : Decimal(r, 9, 2));
        yield return new("oid", "oid", r => Edge(r, 0, uint.MaxValue));
        yield return new("bit_8", "bit(8)", r => Bits(r, 8));
        yield return new("varbit", "bit varying", r => Bits(r, r.Below(40)));
        yield return new("varbit_20", "bit varying(20)", r => Bits(r, r.Below(21)));
    }

    private static IEnumerable<TypeColumn> Texts()
    {
        yield return new("text", "text", r => r.OneIn(30) ? new string('x', 5_000) + "🐘" : Words.Text(r, 1 + r.Below(12)));
        yield return new("varchar", "varchar", r => Words.Text(r, 3));
        yield return new("varchar_30", "varchar(30)", r => Words.Name(r));
        yield return new("char_5", "char(5)", r => r.Pick(["", "a", "ab  ", "abcde", "🐘é"]));
        yield return new("char_1", "char(1)", r => r.Pick(["x", "🐘", " "]));
        yield return new("internal_char", "\"char\"", r => ((char)('!' + r.Below(60))).ToString());
        yield return new("name", "name", r => r.Pick(["pg_class", "Odd \"name\"", "ünïcödé", new string('n', 63)]));
        yield return new("bytea", "bytea", r => Hex(r, r.Below(40)));
        yield return new("uuid", "uuid", r => { byte[] b = new byte[16]; r.Fill(b); return new Guid(b).ToString(); });
    }

    private static IEnumerable<TypeColumn> Times()
    {
        yield return new("date", "date", r => r.OneIn(6) ? r.Pick(["1900-01-01", "2299-12-31", "1970-01-01", "2000-02-29"]) : Moment(r).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        yield return new("time", "time", r => r.OneIn(6) ? r.Pick(["00:00:00", "23:59:59.999999"]) : Moment(r).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
        yield return new("time_0", "time(0)", r => Moment(r).ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        yield return new("timetz", "timetz", r => Moment(r).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture) + r.Pick(["+00", "+05:30", "-11", "+14", "-03:30"]));
        yield return new("timestamp", "timestamp", r => r.OneIn(6) ? r.Pick(["1900-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2299-12-31 23:59:59.999999"]) : Stamp(r));
        yield return new("timestamp_3", "timestamp(3)", r => Moment(r).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture));
        yield return new("timestamptz", "timestamptz", r => Stamp(r) + r.Pick(["+00", "+05:30", "-11"]));
        yield return new("interval", "interval", r => r.OneIn(4) ? r.Pick(["0", "1 mon", "-1 day", "30 days", "1 year -2 mons 3 days -04:05:06.789"]) : $"{r.Below(20) - 10} mons {r.Below(60) - 30} days {r.Below(200) - 100} hours {r.Below(1_000_000)} microseconds");
        yield return new("interval_day", "interval day to second(3)", r => $"{r.Below(60) - 30} days {r.Below(24)}:{r.Below(60):D2}:12.345");
    }

    private static IEnumerable<TypeColumn> Documents(ServerAbilities server)
    {
        yield return new("json", "json", r => r.OneIn(2) ? Json(r) : r.Pick(["{\"a\" : 1,  \"a\":2}", " [1 , 2.50, null ] ", "\"\\ud83d\\udc18\"", "1e400"]));
        yield return new("jsonb", "jsonb", r => r.OneIn(2) ? Json(r) : r.Pick(["null", "\"🦣\"", "123456789012345678901234567890.12345678901234567890", "{\"\": {\"a.b\": [[]]}}"]));
        yield return new("jsonpath", "jsonpath", r => r.Pick(["$", "$.a[*] ? (@ > 1)", "strict $.\"odd key\".type()", "$.x like_regex \"^a\" flag \"i\""]));
        yield return new("tsvector", "tsvector", r => r.Pick(["", "'fat':2A 'rat':3,5B", "'it''s' 'ünï':1", "'back\\\\slash':7C"]));
        yield return new("tsquery", "tsquery", r => r.Pick(["'fat' & !'cat':*A", "'a' <-> 'b'", "'x' | 'y' <3> 'z'"]));
        if (server.Xml)
            yield return new("xml", "xml", r => r.Pick(["<a b=\"c\">é&amp;🐘</a>", "text <b/> only", "<?xml version=\"1.0\"?><r><![CDATA[<x>]]></r>", "<a>\n\t</a>"]));
    }

    private static IEnumerable<TypeColumn> Network()
    {
        yield return new("inet", "inet", r => r.OneIn(3) ? r.Pick(["::1", "2001:db8::8a2e:370:7334/64", "0.0.0.0/0", "::ffff:1.2.3.4"]) : $"{r.Below(256)}.{r.Below(256)}.{r.Below(256)}.{r.Below(256)}/{r.Below(33)}");
        yield return new("cidr", "cidr", r => r.OneIn(3) ? r.Pick(["2001:db8::/32", "0.0.0.0/0"]) : $"10.{r.Below(256)}.0.0/16");
        yield return new("macaddr", "macaddr", r => $"08:00:2b:{r.Below(256):x2}:{r.Below(256):x2}:{r.Below(256):x2}");
        yield return new("macaddr8", "macaddr8", r => $"08:00:2b:ff:fe:{r.Below(256):x2}:{r.Below(256):x2}:{r.Below(256):x2}");
    }

    private static IEnumerable<TypeColumn> Geometry()
    {
        yield return new("point", "point", r => r.OneIn(6) ? "(Infinity,NaN)" : Point(r));
        yield return new("line", "line", r => $"{{1,{r.Below(100)},{r.Below(100)}.5}}");
        yield return new("lseg", "lseg", r => $"[{Point(r)},{Point(r)}]");
        yield return new("box", "box", r => $"({Point(r)},{Point(r)})") { Delimiter = ';' };
        yield return new("path", "path", r => r.OneIn(2) ? $"[{Point(r)},{Point(r)}]" : $"({Point(r)},{Point(r)},{Point(r)})");
        yield return new("polygon", "polygon", r => $"({Point(r)},{Point(r)},{Point(r)})");
        yield return new("circle", "circle", r => $"<{Point(r)},{r.Below(50)}.25>");
    }

    private static IEnumerable<TypeColumn> Internals()
    {
        yield return new("xid", "xid", r => Edge(r, 0, uint.MaxValue));
        yield return new("xid8", "xid8", r => r.Next().ToString(CultureInfo.InvariantCulture));
        yield return new("cid", "cid", r => Edge(r, 0, uint.MaxValue));
        yield return new("tid", "tid", r => $"({r.Next() & uint.MaxValue},{r.Below(65_536)})");
        yield return new("pg_lsn", "pg_lsn", r => $"{r.Below(int.MaxValue):X}/{r.Below(int.MaxValue):X}");
        yield return new("pg_snapshot", "pg_snapshot", r => r.Pick(["10:20:10,14,15", "1:1:"]));
        yield return new("txid_snapshot", "txid_snapshot", r => r.Pick(["10:20:10,14,15", "1:1:"]));
        yield return new("regclass", "regclass", r => r.Pick(["pg_class", "information_schema.tables", "-"]));
        yield return new("regtype", "regtype", r => r.Pick(["integer", "timestamp with time zone", "text[]"]));
        yield return new("regproc", "regproc", r => r.Pick(["now", "pg_backend_pid"]));
        yield return new("regprocedure", "regprocedure", r => r.Pick(["lower(text)", "abs(integer)"]));
        yield return new("regoper", "regoper", _ => "||/");
        yield return new("regoperator", "regoperator", r => r.Pick(["+(integer,integer)", "||/(none,double precision)"]));
        yield return new("regrole", "regrole", _ => "pg_monitor");
        yield return new("regnamespace", "regnamespace", r => r.Pick(["pg_catalog", "information_schema"]));
        yield return new("regconfig", "regconfig", r => r.Pick(["simple", "english"]));
        yield return new("regdictionary", "regdictionary", _ => "simple");
        yield return new("regcollation", "regcollation", r => r.Pick(["\"C\"", "\"POSIX\""]));
        yield return new("oidvector", "oidvector", r => r.Pick(["", "1 2 3", "23"]));
        yield return new("int2vector", "int2vector", r => r.Pick(["", "1 -2", "7"]));
        yield return new("refcursor", "refcursor", r => r.Pick(["cursor 1", "\"c\""]));
        yield return new("aclitem", "aclitem", r => r.Pick(["=r/pg_monitor", "pg_monitor=arwd/pg_monitor"]));
    }

    private static IEnumerable<TypeColumn> Ranges()
    {
        (string Name, Func<SampleRandom, int, string> Bound)[] ranges =
        [
            ("int4", (_, n) => n.ToString(CultureInfo.InvariantCulture)),
            ("int8", (_, n) => (n * 10_000_000_000).ToString(CultureInfo.InvariantCulture)),
            ("num", (r, n) => $"{n}.{r.Below(1000)}"),
            ("date", (_, n) => Epoch.AddDays(n * 300).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            ("ts", (_, n) => Epoch.AddHours(n * 7_777).ToString("\\\"yyyy-MM-dd HH:mm:ss\\\"", CultureInfo.InvariantCulture)),
            ("tstz", (_, n) => Epoch.AddHours(n * 7_777).ToString("\\\"yyyy-MM-dd HH:mm:ss+02\\\"", CultureInfo.InvariantCulture)),
        ];
        foreach ((string name, Func<SampleRandom, int, string> bound) in ranges)
        {
            yield return new($"{name}range", $"{name}range", r => r.OneIn(6) ? "empty" : Range(r, bound, r.Below(50)));
            yield return new($"{name}multirange", $"{name}multirange", r => $"{{{string.Join(',', Enumerable.Range(0, r.Below(4)).Select(i => Range(r, bound, i * 100)).ToList())}}}");
        }
    }

    private static string Range(SampleRandom random, Func<SampleRandom, int, string> bound, int from)
    {
        string low = random.OneIn(8) ? "" : bound(random, from);
        string high = random.OneIn(8) ? "" : bound(random, from + 1 + random.Below(40));
        return $"{(random.OneIn(2) ? "[" : "(")}{low},{high}{(random.OneIn(2) ? "]" : ")")}";
    }

    private static string Edge(SampleRandom random, long low, long high) =>
        (random.Below(6) switch { 0 => low, 1 => high, 2 => 0, _ => random.Between(low, high) }).ToString(CultureInfo.InvariantCulture);

    private static string Decimal(SampleRandom random, int whole, int scale)
    {
        StringBuilder text = new(random.OneIn(2) ? "-" : "");
        if (random.OneIn(8))
            return "0";

        int digits = random.OneIn(4) ? whole : 1 + random.Below(whole);
        for (int i = 0; i < digits; i++)
            text.Append((char)((i == 0 ? '1' : '0') + random.Below(i == 0 ? 9 : 10)));

        for (int i = 0; i < scale; i++)
            text.Append(i == 0 ? "." : "").Append((char)('0' + random.Below(10)));

        return text.ToString();
    }

    private static string Bits(SampleRandom random, int count)
    {
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
            text.Append(random.OneIn(2) ? '1' : '0');

        return text.ToString();
    }

    private static string Hex(SampleRandom random, int count)
    {
        byte[] bytes = new byte[count];
        random.Fill(bytes);
        return $"\\x{Convert.ToHexStringLower(bytes)}";
    }

    private static DateTime Moment(SampleRandom random) => Epoch.AddTicks(random.Between(0, TimeSpan.FromDays(145_000).Ticks) / 10 * 10);

    private static string Stamp(SampleRandom random) => Moment(random).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Json(SampleRandom random) => $$"""{"k{{random.Below(5)}}": [{{random.Below(1000)}}, true, null, "{{random.Pick(Words.FirstNames)}}"], "d": {{random.Below(1000)}}.50}""";

    private static string Point(SampleRandom random) => string.Create(CultureInfo.InvariantCulture, $"({random.Below(2_000) - 1_000}.5,{random.Below(2_000) / 8d})");
}
