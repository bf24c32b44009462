using Mammoth.Cli.Rendering;
using Spectre.Console;

namespace Mammoth.Cli.Sample;

/// <summary>How far the loading is, where nobody watches: a line at the beginning, and one now and then.</summary>
internal sealed class SampleLines(IAnsiConsole console, TimeProvider time, TimeSpan interval) : IProgress<SampleProgress>
{
    private long? last;

    public void Report(SampleProgress value)
    {
        if (last is { } before && time.GetElapsedTime(before) < interval)
            return;

        last = time.GetTimestamp();
        console.WriteLine($"{value.Table}: {Amount.Count(value.Rows)} of {Amount.Of(value.TotalRows, "row")}, {Amount.Bytes(value.Bytes)}.");
    }
}
