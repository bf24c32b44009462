namespace Mammoth.Tests.Types.Values;

internal static class TextCases
{
    public static IEnumerable<TypeCase> All()
    {
        yield return new("text", "text", "string", r => r.OneIn(40) ? new string(r.Pick('x', 'é', '日'), 9_000) : r.Text(r.Next(30)));
        yield return new("varchar", "varchar", "string", r => r.Text(12));
        yield return new("varchar(10)", "varchar(10)", "string", r => r.Text(10));
        yield return new("char(6)", "char(6)", "string", r => r.Text(6));
        yield return new("char(1)", "char(1)", "string", r => r.Pick("", " ", "x", "🐘"));
        yield return new("bpchar", "bpchar", "string", r => r.Text(6));
        yield return new("name", "name", "string", r => r.Text(15));
        yield return new("char of one byte", "\"char\"", "string", r => r.OneIn(5) ? "" : ((char)r.Next(1, 128)).ToString());
        yield return new("refcursor", "refcursor", "string", r => r.Text(8));
        yield return new("bytea", "bytea", "binary", r => $"\\x{Convert.ToHexString(r.Bytes(r.OneIn(30) ? 9_000 : r.Next(40)))}");
        yield return new("uuid", "uuid", "uuid", r => r.OneIn(8) ? r.Pick(Guid.Empty, Guid.AllBitsSet).ToString() : new Guid(r.Bytes(16)).ToString());
        yield return new("bit(1)", "bit(1)", "string", r => Bits(r, 1));
        yield return new("bit(9)", "bit(9)", "string", r => Bits(r, 9));
        yield return new("varbit", "bit varying", "string", r => Bits(r, r.Next(70)));
        yield return new("varbit(20)", "bit varying(20)", "string", r => Bits(r, r.Next(21)));
        yield return new("citext", "public.citext", "string", r => r.Text(12)) { Extension = "citext" };
        yield return new("hstore", "public.hstore", "map<string, string>", Hstore) { Extension = "hstore" };
    }

    private static string Bits(Random random, int count) => string.Concat(Enumerable.Range(0, count).Select(_ => random.Pick("0", "1")));

    private static string Hstore(Random random) =>
        random.Joined(", ", 0, 4, () => $"{Quoted(random.Text(8))}=>{(random.OneIn(4) ? "NULL" : Quoted(random.Text(8)))}");

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
