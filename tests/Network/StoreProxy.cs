using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mammoth.Tests.Network;

/// <summary>What a store, or something before it, does to a request.</summary>
public enum StoreFault
{
    /// <summary>It does what it is asked, and its answer is lost.</summary>
    LoseAnswer,

    /// <summary>It does what it is asked, and the answer says that it failed.</summary>
    ServedAsFailed,

    /// <summary>Half of the answer's body comes, then the connection ends.</summary>
    Truncate,

    /// <summary>A failure of the server, or of what stands before it.</summary>
    Status500,

    /// <summary>It is busy.</summary>
    Status503,

    /// <summary>Too many requests.</summary>
    Status429,

    /// <summary>Says that a conditional write found another state, which it did not.</summary>
    Status412,

    /// <summary>Says that a new file is there already, which it is not.</summary>
    Status409,
}

/// <summary>Stands before the storage emulator, speaks HTTP as it does, and does something to requests on their way.</summary>
internal sealed class StoreProxy : IAsyncDisposable
{
    private readonly HttpClient store = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly WebApplication application;
    private readonly Uri target;
    private readonly Func<HttpRequest, StoreFault?> choose;
    private int disturbed;

    private StoreProxy(WebApplication application, Uri target, Func<HttpRequest, StoreFault?> choose) => (this.application, this.target, this.choose) = (application, target, choose);

    /// <summary>How many requests were disturbed.</summary>
    public int Disturbed => disturbed;

    public int Port => new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    /// <param name="choose">What is done to a request; null: it is passed on.</param>
    public static async Task<StoreProxy> Start(Uri target, Func<HttpRequest, StoreFault?> choose, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var application = builder.Build();
        var proxy = new StoreProxy(application, target, choose);
        application.Run(proxy.Serve);
        await application.StartAsync(cancellation);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        store.Dispose();
    }

    /// <summary>Whether a request is a write under a condition.</summary>
    public static bool IsConditional(HttpRequest request) => request.Method == "PUT" && (request.Headers.IfNoneMatch.Count > 0 || request.Headers.IfMatch.Count > 0);

    private async Task Serve(HttpContext context)
    {
        var fault = choose(context.Request);
        if (fault is not null)
            Interlocked.Increment(ref disturbed);
        if (Refusal(fault) is var (status, code) && status > 0)
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await Refuse(context, status, code);
            return;
        }

        using var answer = await Forward(context);
        switch (fault)
        {
            case StoreFault.LoseAnswer:
                context.Abort();
                return;
            case StoreFault.ServedAsFailed:
                await Refuse(context, 500, "InternalError");
                return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            context.Response.Headers[name] = values.ToArray();
        context.Response.Headers.Remove("transfer-encoding");
        byte[] body = context.Request.Method == "HEAD" ? [] : await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (fault != StoreFault.Truncate)
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }

        context.Response.ContentLength = Math.Max(body.Length, 1);
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private static (int Status, string? Code) Refusal(StoreFault? fault) => fault switch
    {
        StoreFault.Status500 => (500, "InternalError"),
        StoreFault.Status503 => (503, "ServerBusy"),
        StoreFault.Status429 => (429, null),
        StoreFault.Status412 => (412, "ConditionNotMet"),
        StoreFault.Status409 => (409, "BlobAlreadyExists"),
        _ => (0, null),
    };

    private static async Task Refuse(HttpContext context, int status, string? code)
    {
        context.Response.StatusCode = status;
        if (code is not null)
            context.Response.Headers["x-ms-error-code"] = code;
        await context.Response.CompleteAsync();
    }

    private async Task<HttpResponseMessage> Forward(HttpContext context)
    {
        var from = context.Request;
        var request = new HttpRequestMessage(new(from.Method), new Uri(target, context.Features.Get<IHttpRequestFeature>()!.RawTarget));
        using var body = new MemoryStream();
        await from.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length > 0 || from.Method == "PUT")
            request.Content = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in from.Headers.Where(h => !h.Key.Equals("host", StringComparison.OrdinalIgnoreCase) && !h.Key.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase)))
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        return await store.SendAsync(request, HttpCompletionOption.ResponseContentRead, context.RequestAborted);
    }
}
