using System.Collections.Concurrent;
using Mammoth.Migration.Reports;

namespace Mammoth.Api.Runs;

/// <summary>A sink for a host whose log is not there yet when it opens its warehouse: what is told meanwhile is told again to the one that follows.</summary>
public sealed class LaterProgress : IProgressSink
{
    private readonly ConcurrentQueue<ProgressEvent> _early = new();
    private volatile IProgressSink? _sink;

    /// <summary>From here on everything goes to this one.</summary>
    public void To(IProgressSink sink)
    {
        _sink = sink;
        Drain(sink);
    }

    public void Report(ProgressEvent progress)
    {
        if (_sink is { } sink)
        {
            sink.Report(progress);
            return;
        }

        _early.Enqueue(progress);

        // It may have come in between.
        if (_sink is { } late)
        {
            Drain(late);
        }
    }

    private void Drain(IProgressSink sink)
    {
        while (_early.TryDequeue(out ProgressEvent? progress))
        {
            sink.Report(progress);
        }
    }
}
