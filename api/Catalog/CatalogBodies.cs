using System.Text.Json;
using System.Text.Json.Serialization;
using Mammoth.Api.Json;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Catalog;

/// <summary>"CatalogConfig" of the specification.</summary>
/// <param name="Endpoints">What this server can be asked.</param>
public sealed record CatalogConfig(IReadOnlyDictionary<string, string> Defaults, IReadOnlyDictionary<string, string> Overrides, IReadOnlyList<string> Endpoints);

/// <summary>"ListNamespacesResponse".</summary>
public sealed record CatalogNamespaces(IReadOnlyList<IReadOnlyList<string>> Namespaces);

/// <summary>"GetNamespaceResponse".</summary>
public sealed record CatalogNamespace(IReadOnlyList<string> Namespace, IReadOnlyDictionary<string, string> Properties);

/// <summary>"ListTablesResponse".</summary>
public sealed record CatalogTables(IReadOnlyList<CatalogIdentifier> Identifiers);

/// <summary>"TableIdentifier".</summary>
public sealed record CatalogIdentifier(IReadOnlyList<string> Namespace, string Name);

/// <summary>"LoadTableResult".</summary>
/// <param name="Metadata">The table's metadata file, whole.</param>
public sealed record CatalogTableBody([property: JsonPropertyName("metadata-location")] string MetadataLocation, JsonElement Metadata, IReadOnlyDictionary<string, string> Config);

/// <summary>A loaded table; a caller who has it already gets no body.</summary>
internal sealed class CatalogTable(string tag, CatalogTableBody? body) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.ETag = tag;
        if (body is not null)
        {
            return new JsonAnswer<CatalogTableBody>(StatusCodes.Status200OK, body).ExecuteAsync(httpContext);
        }

        httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }
}
