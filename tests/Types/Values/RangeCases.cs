using System.Globalization;

namespace Mammoth.Tests.Types.Values;

internal static class RangeCases
{
    public static IEnumerable<TypeCase> All()
    {
        (string Name, Func<int, string> Bound)[] ranges =
        [
            ("int4", n => n.Text()),
            ("int8", n => (n * 10_000_000_000).Text()),
            ("num", n => $"{n}.{Math.Abs(n) % 7}0"),
            ("date", n => new DateOnly(2000, 1, 1).AddDays(n * 300).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            ("ts", n => new DateTime(2000, 1, 1).AddHours(n * 7_777L).ToString("\\\"yyyy-MM-dd HH:mm:ss.fff\\\"", CultureInfo.InvariantCulture)),
            ("tstz", n => new DateTime(2000, 1, 1).AddHours(n * 7_777L).ToString("\\\"yyyy-MM-dd HH:mm:ss+02\\\"", CultureInfo.InvariantCulture)),
        ];
        foreach ((string name, Func<int, string> bound) in ranges)
        {
            string[] ends = name is "date" or "ts" or "tstz" ? ["", "infinity"] : [""];
            yield return new($"{name}range", $"{name}range", "string", r => r.OneIn(6) ? "empty" : Range(r, bound, r.Next(-50, 50), ends));
            yield return new($"{name}multirange", $"{name}multirange", "string", r => Several(r, bound)) { Since = 14 };
        }

        yield return new("a range of one's own", "made.float_range", "string", r => Range(r, n => $"{n}.5e-1", r.Next(-50, 50), ["", "Infinity"]));
        yield return new("a multirange of one's own", "made.float_multirange", "string", r => Several(r, n => $"{n}.5e-1")) { Since = 14 };
    }

    private static string Range(Random random, Func<int, string> bound, int from, string[] ends)
    {
        string low = random.OneIn(8) ? ends[^1].Length == 0 ? "" : random.Pick("", $"-{ends[^1]}") : bound(from);
        string high = random.OneIn(8) ? random.Pick(ends) : bound(from + 1 + random.Next(40));
        return $"{random.Pick("[", "(")}{low},{high}{random.Pick("]", ")")}";
    }

    private static string Several(Random random, Func<int, string> bound) =>
        $"{{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(i => Range(random, bound, i * 60, [""])).ToList())}}}";
}
