using Mammoth.Migration.Errors;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Failures and the errors of the rooms below, both ways.</summary>
public static class FailureText
{
    private const string WayOut = "wayOut";

    /// <summary>What went wrong and the way out, for a person.</summary>
    public static string Of(Failure failure) =>
        failure.Data?.GetValueOrDefault(WayOut) is { } wayOut ? $"{failure.Message} {wayOut}" : failure.Message;

    /// <summary>The way out alone, or null.</summary>
    public static string? WayOutOf(Failure failure) => failure.Data?.GetValueOrDefault(WayOut);

    /// <summary>A classifier for <see cref="Registry.Classify"/>: Mammoth's own errors keep their type, sentence and way out.</summary>
    public static Failure? Classify(Exception exception) => SourceErrors.Translate(exception) is { } error
        ? new Failure(
            error.GetType().Name,
            error.Message,
            error.Code,
            error.IsTransient,
            error.WayOut is null ? null : new Dictionary<string, string> { [WayOut] = error.WayOut })
        {
            NeedsSomebody = error.NeedsSomebody,
        }
        : null;
}
