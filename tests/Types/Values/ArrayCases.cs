using Mammoth.Cli.Sample;

namespace Mammoth.Tests.Types.Values;

/// <summary>Arrays beyond the one-dimensional ones that every other case has beside it.</summary>
internal static class ArrayCases
{
    public static IEnumerable<TypeCase> All()
    {
        yield return Of("integer[] of any shape", "integer[]", r => Shaped(r, () => r.OneIn(5) ? null : r.Whole(int.MinValue, int.MaxValue).Text()));
        yield return Of("text[] of any shape", "text[]", r => Shaped(r, () => r.OneIn(5) ? null : r.Text(6)));
        yield return Of("interval[] of any shape", "interval[]", r => Shaped(r, () => r.OneIn(5) ? null : $"{r.Next(99)} days"));
        yield return Of("timestamptz[] with infinity", "timestamptz[]", r => PgText.Array([TimeCases.Whole(r, "+00"), null, "infinity"]));
        yield return Of("numeric(6,2)[] with NaN", "numeric(6,2)[]", r => PgText.Array([r.Digits(4, 2), r.Pick("NaN", "1.00")]));
        yield return Of("box[] of any shape", "box[]", r => r.Pick("{(1,1),(0,0);(3,3),(2,2)}", "[0:1]={(1,1),(0,0);(3,3),(2,2)}", "{{(1,1),(0,0)};{(3,3),(2,2)}}"));
    }

    private static TypeCase Of(string name, string sql, Func<Random, string> value) => new(name, sql, "string", value) { HasArray = false, Unfit = true };

    /// <summary>Any number of dimensions, and sometimes bounds that don't begin at one.</summary>
    public static string Shaped(Random random, Func<string?> element)
    {
        int[] lengths = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 4))];
        string bounds = random.OneIn(3) ? string.Concat(lengths.Select(l => random.Next(-3, 4) is var low ? $"[{low}:{low + l - 1}]" : "")) + "=" : "";
        return bounds + Level(lengths, 0, element);
    }

    private static string Level(int[] lengths, int depth, Func<string?> element) => depth == lengths.Length - 1
        ? PgText.Array(Enumerable.Range(0, lengths[depth]).Select(_ => element()))
        : $"{{{string.Join(',', Enumerable.Range(0, lengths[depth]).Select(_ => Level(lengths, depth + 1, element)).ToList())}}}";
}
