using System.Collections.Concurrent;
using System.Net;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace Mammoth.Tests.Iceberg.IO;

/// <summary>Does something to requests on their way.</summary>
/// <param name="send">Sends the request on.</param>
internal delegate Task<HttpResponseMessage> Fault(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send, CancellationToken cancellation);

/// <summary>A network that does what it is told to chosen requests, as often as it is told.</summary>
internal sealed class AzureFaults() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentQueue<(Func<HttpRequestMessage, bool> Which, Fault Fault)> _planned = new();
    private readonly ConcurrentQueue<string> _seen = new();

    /// <summary>Every request: method and query, and the range that was asked for.</summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    /// <summary>Plans a fault for the next such requests, in turn.</summary>
    public AzureFaults Next(Func<HttpRequestMessage, bool> which, Fault fault, int times = 1)
    {
        for (var i = 0; i < times; i++)
            _planned.Enqueue((which, fault));
        return this;
    }

    /// <summary>Lets a client use this network, with little patience.</summary>
    public void Configure(BlobClientOptions options)
    {
        options.Transport = new HttpClientTransport(new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan });
        options.Retry.Delay = options.Retry.MaxDelay = TimeSpan.FromMilliseconds(10);
        options.Retry.MaxRetries = 3;
    }

    /// <summary>The store does what it is asked, and its answer is lost.</summary>
    public static Fault LoseAnswer { get; } = async (_, send, _) =>
    {
        (await send()).Dispose();
        throw new HttpRequestException("The answer was lost.");
    };

    /// <summary>The store is not reached.</summary>
    public static Fault LoseRequest { get; } = (_, _, _) => throw new HttpRequestException("The request was lost.");

    /// <summary>The store, or something before it, answers without doing anything.</summary>
    public static Fault Answer(HttpStatusCode status, string? code, string body = "") => (request, _, _) =>
    {
        var answer = new HttpResponseMessage(status) { RequestMessage = request, Content = new StringContent(body) };
        if (code is not null)
            answer.Headers.Add("x-ms-error-code", code);
        return Task.FromResult(answer);
    };

    /// <summary>The answer's head comes, and half of its body.</summary>
    public static Fault CutAnswer { get; } = async (_, send, _) =>
    {
        var answer = await send();
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        Assert.NotEmpty(body);
        var cut = new StreamContent(new CutStream(body[..(body.Length / 2)]));
        foreach (var (name, values) in answer.Content.Headers)
            cut.Headers.TryAddWithoutValidation(name, values);
        answer.Content = cut;
        return answer;
    };

    public static bool IsWrite(HttpRequestMessage request) => request.Method == HttpMethod.Put && !IsBlock(request);

    public static bool IsBlock(HttpRequestMessage request) => request.Method == HttpMethod.Put && request.RequestUri!.Query.Contains("comp=block&", StringComparison.Ordinal);

    public static bool IsDownload(HttpRequestMessage request) => request.Method == HttpMethod.Get;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Note(request);
        return Planned(request) is { } fault ? fault(request, () => base.SendAsync(request, cancellationToken), cancellationToken) : base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Note(request);
        return base.Send(request, cancellationToken);
    }

    private void Note(HttpRequestMessage request) =>
        _seen.Enqueue($"{request.Method} {request.RequestUri!.Query}{(request.Headers.TryGetValues("x-ms-range", out var range) ? $" {range.Single()}" : "")}");

    private Fault? Planned(HttpRequestMessage request)
    {
        lock (_planned)
            return _planned.TryPeek(out var next) && next.Which(request) && _planned.TryDequeue(out _) ? next.Fault : null;
    }

    /// <summary>Ends as a connection that breaks.</summary>
    private sealed class CutStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, count) is > 0 and var read ? read : throw Broken();

        public override int Read(Span<byte> buffer) => base.Read(buffer) is > 0 and var read ? read : throw Broken();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw Broken();

        public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => await ReadAsync(buffer.AsMemory(offset, count), cancellationToken);

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            await base.CopyToAsync(destination, bufferSize, cancellationToken);
            throw Broken();
        }

        private static IOException Broken() => new("The connection broke.", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset));
    }
}
