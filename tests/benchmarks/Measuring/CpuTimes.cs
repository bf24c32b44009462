using System.Globalization;

namespace Mammoth.Benchmarks.Measuring;

/// <summary>CPU time that was used so far.</summary>
/// <param name="Machine">By all there is, and by other machines that this one had to wait for.</param>
/// <param name="Children">By the programs we started, once they have ended.</param>
/// <param name="Server">By the database server; null where it is not on this machine.</param>
internal readonly record struct CpuTimes(TimeSpan Machine, TimeSpan Children, TimeSpan? Server)
{
    /// <summary>Linux counts hundredths of a second, whatever its own clock.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static CpuTimes operator -(CpuTimes later, CpuTimes earlier) =>
        new(later.Machine - earlier.Machine, later.Children - earlier.Children, later.Server - earlier.Server);

    public static CpuTimes Now(int? server) => new(OfMachine(), ChildUsage.Cpu(), server is { } process ? OfServer(process) : null);

    private static TimeSpan OfMachine()
    {
        // user nice system idle iowait irq softirq steal guest guest_nice; guests are counted in user already.
        long[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(Number)];
        return Tick * (ticks.Sum() - ticks[3] - ticks[4]);
    }

    /// <summary>Of the server's main process, of its children that have ended, and of those that live.</summary>
    private static TimeSpan OfServer(int process)
    {
        long ticks = Of(process, withEnded: true);
        foreach (string children in Directory.EnumerateDirectories($"/proc/{process}/task").Select(t => File.ReadAllText(Path.Combine(t, "children"))))
        {
            foreach (string child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                ticks += Of((int)Number(child), withEnded: false);
        }

        return Tick * ticks;
    }

    private static long Of(int process, bool withEnded)
    {
        try
        {
            // The program's name stands in parentheses, and may hold anything.
            string text = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return Number(fields[11]) + Number(fields[12]) + (withEnded ? Number(fields[13]) + Number(fields[14]) : 0);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
