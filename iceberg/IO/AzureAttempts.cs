using Azure.Core;
using Azure.Core.Pipeline;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// Knows whether an answer to a request was lost. A condition that fails when every attempt was answered says that nothing was written;
/// otherwise an earlier attempt may have been served.
/// </summary>
internal sealed class AzureAttempts
{
    private const string Property = "mammoth-attempts";
    private int _unanswered;

    public static HttpPipelinePolicy Policy { get; } = new Counting();

    public bool AnswerLost => Volatile.Read(ref _unanswered) > 0;

    /// <summary>Counts what is sent until the scope is left.</summary>
    public IDisposable Count() => HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = this });

    private sealed class Counting : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (Of(message) is { } attempts)
                Interlocked.Increment(ref attempts._unanswered);
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (Of(message) is { } attempts && IsClear(message.Response))
                Interlocked.Decrement(ref attempts._unanswered);
        }

        // A busy store has refused; after other failures of the server, or of what stands before it, nobody knows.
        private static bool IsClear(Azure.Response response) => response.Status < 500
            || (response.Status == 503 && response.Headers.TryGetValue("x-ms-error-code", out var code) && code == "ServerBusy");

        private static AzureAttempts? Of(HttpMessage message) => message.TryGetProperty(Property, out var found) ? found as AzureAttempts : null;
    }
}
