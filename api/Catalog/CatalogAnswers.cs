using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mammoth.Api.Json;
using Mammoth.Api.Problems;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Catalog;

/// <summary>
/// Iceberg's REST catalog protocol, for reading (Iceberg's <c>rest-catalog-open-api.yaml</c>). Each answer is of the catalog document as it is
/// at that moment, which one write moves: a publish shows all its tables or none.
/// </summary>
internal static class CatalogAnswers
{
    private static readonly string[] Endpoints =
    [
        "GET /v1/{prefix}/namespaces", "GET /v1/{prefix}/namespaces/{namespace}", "HEAD /v1/{prefix}/namespaces/{namespace}",
        "GET /v1/{prefix}/namespaces/{namespace}/tables", "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}", "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    ];

    private static readonly Dictionary<string, string> Nothing = [];

    public static Task<IResult> Config(ApiCall call, CancellationToken cancellation) =>
        Task.FromResult<IResult>(new JsonAnswer<CatalogConfig>(StatusCodes.Status200OK, new(Nothing, Nothing, Endpoints)));

    public static async Task<IResult> Namespaces(ApiCall call, CancellationToken cancellation)
    {
        string? parent = call.Request.Query["parent"];
        if (parent is { Length: > 0 })
        {
            // Namespaces have one level.
            await Known(call, parent, cancellation);
            return new JsonAnswer<CatalogNamespaces>(StatusCodes.Status200OK, new([]));
        }

        string[][] namespaces = [.. (await call.Migration.Catalog.List(cancellation)).Select(t => t.Namespace).Distinct(StringComparer.Ordinal).Select(n => new[] { n })];
        return new JsonAnswer<CatalogNamespaces>(StatusCodes.Status200OK, new(namespaces));
    }

    public static async Task<IResult> Namespace(ApiCall call, CancellationToken cancellation)
    {
        string name = await Known(call, call.Part("namespace"), cancellation);
        return HttpMethods.IsHead(call.Request.Method) ? Results.NoContent() : new JsonAnswer<CatalogNamespace>(StatusCodes.Status200OK, new([name], Nothing));
    }

    public static async Task<IResult> Tables(ApiCall call, CancellationToken cancellation)
    {
        string name = call.Part("namespace");
        CatalogIdentifier[] tables = [.. (await call.Migration.Catalog.List(cancellation)).Where(t => t.Namespace == name).Select(t => new CatalogIdentifier([t.Namespace], t.Name))];
        return tables.Length > 0 ? new JsonAnswer<CatalogTables>(StatusCodes.Status200OK, new(tables)) : throw NoNamespace(name);
    }

    public static async Task<IResult> Table(ApiCall call, CancellationToken cancellation)
    {
        var name = new TableIdentifier(call.Part("namespace"), call.Part("table"));
        LoadedTable table = await call.Migration.Catalog.Load(name, cancellation)
            ?? throw new ProblemException(StatusCodes.Status404NotFound, "NoSuchTableException", $"Table does not exist: {name}");
        if (HttpMethods.IsHead(call.Request.Method))
        {
            return Results.NoContent();
        }

        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(table.MetadataLocation)))[..32]}\"";
        if (call.Request.Headers.IfNoneMatch.Contains(tag))
        {
            return new CatalogTable(tag, null);
        }

        // The file itself: a reader may know more of its members than this program.
        FileContent file = await call.Migration.Io.Read(table.MetadataLocation, cancellation)
            ?? throw new ProblemException(StatusCodes.Status500InternalServerError, "failed", $"The metadata file {table.MetadataLocation} is missing.");
        using JsonDocument metadata = JsonDocument.Parse(file.Bytes);
        return new CatalogTable(tag, new CatalogTableBody(table.MetadataLocation, metadata.RootElement.Clone(), Nothing));
    }

    /// <summary>There are no views.</summary>
    public static async Task<IResult> Views(ApiCall call, CancellationToken cancellation)
    {
        string name = await Known(call, call.Part("namespace"), cancellation);
        string? view = call.Request.RouteValues["view"] as string;
        return view is null
            ? new JsonAnswer<CatalogTables>(StatusCodes.Status200OK, new([]))
            : throw new ProblemException(StatusCodes.Status404NotFound, "NoSuchViewException", $"View does not exist: {name}.{view}");
    }

    /// <summary>Everything else of the protocol: what writes is refused, and says why.</summary>
    public static Task<IResult> Other(ApiCall call, CancellationToken cancellation) => throw (HttpMethods.IsGet(call.Request.Method) || HttpMethods.IsHead(call.Request.Method)
        ? new ProblemException(StatusCodes.Status404NotFound, "NotFoundException", $"There is nothing at {call.Request.Path}.")
        : new ProblemException(StatusCodes.Status406NotAcceptable, "unsupported", "This catalog is for reading.", "Tables are written by mammoth's runs only."));

    private static async Task<string> Known(ApiCall call, string name, CancellationToken cancellation) =>
        (await call.Migration.Catalog.List(cancellation)).Any(t => t.Namespace == name) ? name : throw NoNamespace(name);

    private static ProblemException NoNamespace(string name) => new(StatusCodes.Status404NotFound, "NoSuchNamespaceException", $"Namespace does not exist: {name}");
}
