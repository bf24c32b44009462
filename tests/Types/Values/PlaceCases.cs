namespace Mammoth.Tests.Types.Values;

/// <summary>Networks and shapes.</summary>
internal static class PlaceCases
{
    public static IEnumerable<TypeCase> All()
    {
        yield return new("inet", "inet", "string", r => r.OneIn(2) ? $"{Ip4(r)}{r.Pick("", $"/{r.Next(33)}")}" : $"{Ip6(r)}{r.Pick("", $"/{r.Next(129)}")}");
        yield return new("cidr", "cidr", "string", r => r.Pick($"{r.Next(256)}.{r.Next(256)}.0.0/{r.Next(16, 33)}", Ip4(r), Ip6(r), "0.0.0.0/0", "2001:db8::/32", "::/0"));
        yield return new("macaddr", "macaddr", "string", r => Convert.ToHexString(r.Bytes(6)));
        yield return new("macaddr8", "macaddr8", "string", r => Convert.ToHexString(r.Bytes(8)));
        yield return new("point", "point", "string", r => $"({r.Double()},{r.Double()})");
        yield return new("line", "line", "string", r => $"{{{r.Next(1, 9)},{r.Next(-9, 9)},{r.Next(-9, 9)}.5}}");
        yield return new("lseg", "lseg", "string", r => $"[{Point(r)},{Point(r)}]");
        yield return new("box", "box", "string", r => $"{Point(r)},{Point(r)}") { Delimiter = ';' };
        yield return new("path", "path", "string", r => r.Pick("[", "(") is var open ? $"{open}{r.Joined(",", 1, 4, () => Point(r))}{(open == "[" ? "]" : ")")}" : "");
        yield return new("polygon", "polygon", "string", r => $"({r.Joined(",", 1, 5, () => Point(r))})");
        yield return new("circle", "circle", "string", r => $"<{Point(r)},{r.Next(50)}.25>");
        yield return new("geometry", "public.geometry", "binary", Geometry)
        {
            Extension = "postgis",
            HasArray = false,
            Back = "({0})::pg_catalog.bytea::public.geometry",
            Printed = "({0})::pg_catalog.bytea::pg_catalog.text",
        };
        yield return new("geography", "public.geography", "binary", r => $"POINT({r.Next(-180, 180)} {r.Next(-90, 90)})")
        {
            Extension = "postgis",
            HasArray = false,
            Back = "({0})::pg_catalog.bytea::public.geography",
            Printed = "({0})::pg_catalog.bytea::pg_catalog.text",
        };
    }

    private static string Ip4(Random random) => string.Join('.', random.Bytes(4));

    private static string Ip6(Random random) =>
        random.OneIn(3) ? random.Pick("::1", "::", "::ffff:1.2.3.4", "2001:db8::8a2e:370:7334", "fe80::") : string.Join(':', Convert.ToHexString(random.Bytes(16)).Chunk(4).Select(c => new string(c)));

    private static string Point(Random random) => $"({random.Next(-1000, 1000)}.{random.Next(10)},{random.Next(-1000, 1000)}e{random.Next(-3, 4)})";

    private static string Geometry(Random random) => random.Pick("", "SRID=4326;") + random.Pick(
        $"POINT({random.Next(99)} {random.Next(99)})", $"POINT Z ({random.Next(99)} 2 3)", "POINT EMPTY", $"LINESTRING(0 0,{random.Next(1, 99)} 1)", "POLYGON((0 0,1 0,1 1,0 0))");
}
