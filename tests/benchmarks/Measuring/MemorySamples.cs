using System.Globalization;

namespace Mammoth.Benchmarks.Measuring;

/// <summary>The memory of a process at a moment, and the most it had until then, in bytes.</summary>
internal readonly record struct MemorySample(DateTime Utc, long Resident, long Peak);

/// <summary>Reads the memory of a process, as Linux tells it, again and again until it ends.</summary>
internal static class MemorySamples
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task<IReadOnlyList<MemorySample>> TakeAsync(int process, Task ended)
    {
        List<MemorySample> samples = [];
        while (!ended.IsCompleted)
        {
            if (Read(process) is { } sample)
                samples.Add(sample);

            await Task.WhenAny(ended, Task.Delay(Interval));
        }

        return samples;
    }

    /// <summary>Null where the process is gone.</summary>
    public static MemorySample? Read(int process)
    {
        long resident = 0;
        long peak = 0;
        try
        {
            foreach (string line in File.ReadLines($"/proc/{process}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    peak = Kilobytes(line);
                else if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                    resident = Kilobytes(line);
            }
        }
        catch (IOException)
        {
            return null;
        }

        return peak == 0 ? null : new(DateTime.UtcNow, resident, peak);
    }

    private static long Kilobytes(string line) => long.Parse(line.AsSpan(6, line.Length - 6 - " kB".Length).Trim(), CultureInfo.InvariantCulture) << 10;
}
