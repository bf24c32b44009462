using Mammoth.Migration.Runs;

namespace Mammoth.Api.Runs;

/// <summary>The URLs of a run.</summary>
internal static class RunUrls
{
    public static string Of(ApiCall call, string run) => call.Url($"api/v1/runs/{Uri.EscapeDataString(run)}");

    public static RunLinks Links(ApiCall call, RunEntry entry, RunState state, bool hasReport, bool hasPlan)
    {
        string self = Of(call, entry.Run);
        bool live = state is RunState.Running or RunState.Paused;
        return new(
            self,
            hasReport ? $"{self}/report" : null,
            hasPlan ? $"{self}/plan" : null,
            state == RunState.Running ? $"{self}/pause" : null,
            state == RunState.Paused ? $"{self}/resume" : null,
            live ? $"{self}/cancel" : null);
    }
}
