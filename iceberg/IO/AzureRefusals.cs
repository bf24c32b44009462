using Azure.Core;
using Azure.Core.Pipeline;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// Reads the body of an answer that refuses while the request can still be made again. The client reads it when no retry is left to come: a connection that broke within the words of "not found" was
/// an error that lasts.
/// </summary>
internal sealed class AzureRefusals : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        if (Body(message) is not { } body)
            return;
        var whole = new MemoryStream();
        using (body)
            body.CopyTo(whole);
        Put(message, whole);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        if (Body(message) is not { } body)
            return;
        var whole = new MemoryStream();
        await using (body.ConfigureAwait(false))
            await body.CopyToAsync(whole, message.CancellationToken).ConfigureAwait(false);
        Put(message, whole);
    }

    private static Stream? Body(HttpMessage message) => message.HasResponse && message.Response.Status >= 400 && message.Response.ContentStream is { CanSeek: false } body ? body : null;

    private static void Put(HttpMessage message, MemoryStream whole)
    {
        whole.Position = 0;
        message.Response.ContentStream = whole;
    }
}
