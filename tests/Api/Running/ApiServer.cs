using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api.Running;

/// <summary><c>mammoth serve</c> in a process of its own, on a free port, and a client that holds its key.</summary>
internal sealed partial class ApiServer : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder said;

    private ApiServer(Process process, StringBuilder said, Uri url, string? key)
    {
        this.process = process;
        this.said = said;
        Url = url;
        Key = key;
        // Redirects would hide what the server said.
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = url };
        if (key is not null)
            Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public Uri Url { get; }

    public string? Key { get; }

    /// <summary>With the key.</summary>
    public HttpClient Client { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All that the process has written so far, on both streams.</summary>
    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    /// <param name="folder">Where its state lies: started again with the same, it goes on.</param>
    /// <param name="key">Its key, made by <see cref="CreateKey"/>.</param>
    public static Task<ApiServer> Start(string folder, string? key, params IEnumerable<string> arguments) => Start(folder, key, new Dictionary<string, string>(), arguments);

    /// <param name="environment">Variables of its own.</param>
    public static async Task<ApiServer> Start(string folder, string? key, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var said = new StringBuilder();
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Run(folder, ["serve", "--listen", "127.0.0.1:0", .. arguments], environment);
        void Heard(string? line)
        {
            if (line is null)
                return;
            lock (said)
                said.AppendLine(line);
            if (Listening().Match(line) is { Success: true } match)
                listening.TrySetResult(new Uri(match.Groups[1].Value));
        }

        process.OutputDataReceived += (_, e) => Heard(e.Data);
        process.ErrorDataReceived += (_, e) => Heard(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExitAsync(Cancellation);
        if (await Task.WhenAny(listening.Task, ended) == ended)
        {
            await ended;
            lock (said)
                throw new InvalidOperationException($"The server did not start ({process.ExitCode}): {said}");
        }

        return new(process, said, await listening.Task, key);
    }

    /// <summary>Makes a key by the command, and returns it.</summary>
    public static async Task<string> CreateKey(string folder, string name = "test")
    {
        using var process = Run(folder, ["serve", "key", "create", "--name", name]);
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, await errors);
        return (await output).Trim();
    }

    /// <summary>Runs any command line to its end.</summary>
    public static async Task<(int ExitCode, string Said)> Command(string folder, params string[] arguments)
    {
        using var process = Run(folder, arguments);
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, await output + await errors);
    }

    public async Task<Answer> Get(string path) => await Answer.Of(await Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation));

    /// <summary>Posts JSON, or nothing.</summary>
    public async Task<Answer> Post(string path, string? json = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await Answer.Of(await Client.SendAsync(request, Cancellation));
    }

    /// <summary>Starts a migration that must be taken.</summary>
    /// <returns>The URL of its status.</returns>
    public Task<string> Migrate(string json = "{}") => Begin("api/v1/migrations", json);

    /// <summary>Starts a rehearsal of recovery.</summary>
    /// <returns>Its URL.</returns>
    public Task<string> Rehearse(string json = "{}") => Begin("api/v1/rehearsals", json);

    private async Task<string> Begin(string path, string json)
    {
        var answer = await Post(path, json);
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Text);
        Assert.Equal(answer["links"]!["self"]!.GetValue<string>(), answer.Location);
        return answer.Location!;
    }

    /// <summary>Asks until a run's status is as wanted.</summary>
    public async Task<JsonNode> Until(string run, Func<JsonNode, bool> wanted)
    {
        while (true)
        {
            var answer = await Get(run);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
            if (wanted(answer.Json))
                return answer.Json;
            await Task.Delay(100, Cancellation);
        }
    }

    /// <summary>Asks until a run has ended.</summary>
    public Task<JsonNode> Ended(string run) => Until(run, s => s["ended"] is not null);

    /// <summary>SIGKILL.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public async Task<int> Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(Cancellation);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!process.HasExited)
            await Kill();
        process.Dispose();
    }

    private static Process Run(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(BuiltCommand.Line[0], [.. BuiltCommand.Line[1..], .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["XDG_DATA_HOME"] = Path.Combine(folder, "state");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        Directory.CreateDirectory(Path.Combine(folder, "state"));
        return Process.Start(start)!;
    }

    [GeneratedRegex("^Listening on (http://[^ ]+) ")]
    private static partial Regex Listening();
}

/// <summary>What the server answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string? Type, string? Location, string Text, HttpResponseHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public JsonNode? this[string field] => Json[field];

    public static async Task<Answer> Of(HttpResponseMessage response)
    {
        using (response)
            return new(response.StatusCode, response.Content.Headers.ContentType?.MediaType, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers);
    }
}
