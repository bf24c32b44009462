using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(Mammoth.Tests.Fixtures.Readers))]

namespace Mammoth.Tests.Fixtures;

/// <summary>
/// Independent readers of Iceberg tables and Parquet files: ClickHouse, DuckDB and icebird in one Node process (tests/readers), started with the first
/// question and ended with the test run. Values come as exact text, null as null, nested values as JSON with text inside.
/// </summary>
/// <remarks>Traps: ClickHouse shows a null list, map or struct as an empty one and cuts <c>time</c> to seconds; icebird rounds decimals and timestamps.</remarks>
public sealed class Readers : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<string> _complaints = [];
    private Process? _process;
    private int _lastId;

    /// <summary>Asks ClickHouse, for example <c>SELECT * FROM icebergLocal('/path')</c>.</summary>
    /// <param name="directory">A folder above what the query reads: ClickHouse reads nothing outside.</param>
    public Task<ReaderRows> ClickHouse(string sql, string? directory, CancellationToken cancellation) =>
        Ask(new JsonObject { ["reader"] = "clickhouse", ["sql"] = sql, ["directory"] = directory }, cancellation);

    /// <summary>Asks DuckDB, for example <c>SELECT * FROM parquet_schema('/path/file.parquet')</c>.</summary>
    public Task<ReaderRows> DuckDb(string sql, CancellationToken cancellation) =>
        Ask(new JsonObject { ["reader"] = "duckdb", ["sql"] = sql }, cancellation);

    /// <summary>Reads a whole table with icebird, which finds it by <c>metadata/version-hint.text</c>.</summary>
    /// <param name="table">The table's location.</param>
    /// <param name="paths">Where locations with a prefix are reached (<c>file:///…</c> or HTTP; <c>?…</c> is put after the URL, for a SAS).</param>
    public Task<ReaderRows> Icebird(string table, IReadOnlyDictionary<string, string>? paths, CancellationToken cancellation) =>
        Ask(new JsonObject
        {
            ["reader"] = "icebird",
            ["table"] = table,
            ["paths"] = new JsonObject((paths ?? new Dictionary<string, string>()).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
        }, cancellation);

    /// <summary>Lists all tables of an Iceberg REST catalog and loads each, with iceberg-js.</summary>
    /// <param name="url">Where the protocol's <c>v1</c> is below.</param>
    public Task<ReaderRows> Catalog(Uri url, string token, CancellationToken cancellation) =>
        Ask(new JsonObject { ["reader"] = "catalog", ["url"] = url.AbsoluteUri, ["token"] = token }, cancellation);

    /// <summary>Reads a whole table that an Iceberg REST catalog names: iceberg-js finds it, icebird reads it.</summary>
    public Task<ReaderRows> Icebird(Uri catalog, string token, string @namespace, string table, IReadOnlyDictionary<string, string>? paths, CancellationToken cancellation) =>
        Ask(new JsonObject
        {
            ["reader"] = "icebirdByCatalog",
            ["url"] = catalog.AbsoluteUri,
            ["token"] = token,
            ["namespace"] = @namespace,
            ["name"] = table,
            ["paths"] = new JsonObject((paths ?? new Dictionary<string, string>()).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
        }, cancellation);

    /// <summary>Holds an OpenAPI document against OpenAPI's own schema, and JSON values against schemas of the document.</summary>
    /// <param name="values">Each with the pointer of its schema in the document.</param>
    /// <returns>What is wrong, a row each.</returns>
    public Task<ReaderRows> OpenApi(JsonNode document, IEnumerable<(string Pointer, JsonNode? Value)> values, CancellationToken cancellation) =>
        Ask(new JsonObject
        {
            ["reader"] = "openapi",
            ["document"] = document.DeepClone(),
            ["values"] = new JsonArray([.. values.Select(v => new JsonObject { ["pointer"] = v.Pointer, ["value"] = v.Value?.DeepClone() })]),
        }, cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
            _process.Dispose();
        }
        _turn.Dispose();
    }

    private async Task<ReaderRows> Ask(JsonObject request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var process = _process ??= Start(await NodeModules.Install(cancellation));
            request["id"] = ++_lastId;
            await process.StandardInput.WriteLineAsync(request.ToJsonString().AsMemory(), cancellation);
            await process.StandardInput.FlushAsync(cancellation);
            // An answer nobody waited for any more, after a cancelled test, is passed over; so is what native code prints.
            while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                if (!line.StartsWith("{\"id\":", StringComparison.Ordinal))
                    continue;
                using var answer = JsonDocument.Parse(line);
                if (answer.RootElement.GetProperty("id").GetInt32() == _lastId)
                    return ReaderRows.Of(answer.RootElement);
            }
            throw new InvalidOperationException($"The Node process of tests/readers ended. It said: {Complaints()}");
        }
        finally
        {
            _turn.Release();
        }
    }

    private string Complaints()
    {
        lock (_complaints)
            return string.Join('\n', _complaints);
    }

    private Process Start(string folder)
    {
        var process = NodeModules.Start("node", folder, "readers.mjs");
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_complaints)
                if (e.Data is not null && _complaints.Count < 100)
                    _complaints.Add(e.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }
}
