namespace Mammoth.Benchmarks.Pipeline;

/// <summary>The middle one of some values.</summary>
internal static class Median
{
    public static double Of<T>(IEnumerable<T> measured, Func<T, double> value)
    {
        double[] sorted = [.. measured.Select(value).Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Null where one is not known.</summary>
    public static double? OfKnown<T>(IEnumerable<T> measured, Func<T, double?> value)
    {
        double?[] values = [.. measured.Select(value)];
        return values.Any(v => v is null) ? null : Of(values, v => v!.Value);
    }
}
