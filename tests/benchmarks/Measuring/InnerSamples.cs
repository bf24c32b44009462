using System.Globalization;

namespace Mammoth.Benchmarks.Measuring;

/// <summary>A program's CPU time and managed allocations so far, at a moment of its life.</summary>
internal readonly record struct InnerSample(DateTime Utc, TimeSpan Cpu, long Allocated, int Collections);

/// <summary>
/// Samples taken within the program that is measured (<see cref="StartupHook"/>), written to a file when it ends. Between two samples nothing is
/// allocated, so that what is counted is the program's own.
/// </summary>
internal static class InnerSamples
{
    /// <summary>Names the file.</summary>
    public const string Variable = "MAMMOTH_BENCH_SAMPLES";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Samples of ten minutes; later ones come ever more seldom.</summary>
    private static readonly InnerSample[] Taken = new InnerSample[30_000];

    private static int count;

    public static void Begin()
    {
        // Programs that this one starts are not measured.
        string? file = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, null);
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        if (file is null)
            return;

        Thread sampler = new(Sample) { IsBackground = true, Name = "benchmark samples" };
        sampler.Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Write(file);
    }

    /// <summary>What <see cref="Begin"/> has left in a file, in order of time.</summary>
    public static IReadOnlyList<InnerSample> Read(string file) =>
    [
        .. File.ReadLines(file).Select(line => line.Split(' ')).Select(p => new InnerSample(
            new DateTime(Number(p[0]), DateTimeKind.Utc), TimeSpan.FromTicks(Number(p[1])), Number(p[2]), (int)Number(p[3]))),
    ];

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static void Sample()
    {
        int step = 1;
        while (true)
        {
            lock (Taken)
            {
                if (count == Taken.Length)
                {
                    // Half of them tell as much about a program that runs so long.
                    for (int i = 0; i < count / 2; i++)
                        Taken[i] = Taken[2 * i];

                    count /= 2;
                    step *= 2;
                }

                Taken[count++] = Now();
            }

            Thread.Sleep(Interval * step);
        }
    }

    private static InnerSample Now() =>
        new(DateTime.UtcNow, Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), GC.CollectionCount(0));

    private static void Write(string file)
    {
        lock (Taken)
        {
            File.WriteAllLines(file, Taken.Take(count).Append(Now()).Select(s =>
                string.Create(CultureInfo.InvariantCulture, $"{s.Utc.Ticks} {s.Cpu.Ticks} {s.Allocated} {s.Collections}")));
        }
    }
}
