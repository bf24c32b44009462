namespace Mammoth.Tests.Types.Values;

internal static class NumberCases
{
    public static IEnumerable<TypeCase> All()
    {
        yield return new("boolean", "boolean", "boolean", r => r.Pick("t", "f"));
        yield return new("smallint", "smallint", "int", r => r.Whole(short.MinValue, short.MaxValue).Text());
        yield return new("integer", "integer", "int", r => r.Whole(int.MinValue, int.MaxValue).Text());
        yield return new("bigint", "bigint", "long", r => r.Whole(long.MinValue, long.MaxValue).Text());
        yield return new("real", "real", "float", r => r.Single());
        yield return new("double precision", "double precision", "double", r => r.Double());
        foreach (var (precision, scale) in new[] { (1, 0), (9, 2), (9, 9), (10, 2), (18, 4), (19, 0), (20, 19), (38, 0), (38, 10), (38, 38) })
            yield return new($"numeric({precision},{scale})", $"numeric({precision},{scale})", $"decimal({precision}, {scale})", r => r.Digits(precision - scale, scale));
        yield return new("numeric(5,-2)", "numeric(5,-2)", "decimal(7, 0)", r => r.Digits(5, 0) + "00") { Since = 15 };
        yield return new("numeric(3,5)", "numeric(3,5)", "decimal(5, 5)", r => $"{r.Pick("", "-")}0.00{r.Next(1000):D3}") { Since = 15 };
        yield return new("numeric(10,2) with NaN", "numeric(10,2)", "string", r => r.OneIn(9) ? "NaN" : r.Digits(8, 2)) { Unfit = true };
        yield return new("numeric(39,2)", "numeric(39,2)", "string", r => r.Digits(37, 2));
        yield return new("numeric(1000,500)", "numeric(1000,500)", "string", r => r.OneIn(9) ? "NaN" : r.Digits(500, 500));
        yield return new("numeric", "numeric", "string", Unconstrained);
        yield return new("money", "money", "decimal(19, 2)", r => r.OneIn(5) ? r.Pick("-92233720368547758.08", "92233720368547758.07", "0", "-0.01") : r.Digits(15, 2));
        yield return new("oid", "oid", "long", r => r.Whole(0, uint.MaxValue).Text());
        yield return new("xid", "xid", "long", r => r.Whole(0, uint.MaxValue).Text());
        yield return new("cid", "cid", "long", r => r.Whole(0, uint.MaxValue).Text());
    }

    private static string Unconstrained(Random random) => random.Next(6) switch
    {
        0 => random.Pick("NaN", "Infinity", "-Infinity"),
        1 => random.Pick("0", "0.0", "0.00000000", "-0.0", "1e-16383", "1e131071", "1.000", "-1e-20"),
        2 => random.Digits(random.Next(200), random.Next(200)),
        _ => random.Digits(random.Next(1, 45), random.Next(12)),
    };
}
