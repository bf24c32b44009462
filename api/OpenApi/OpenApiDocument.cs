using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mammoth.Api.Problems;
using Mammoth.Api.Routes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Mammoth.Api.OpenApi;

/// <summary>The API's description (OpenAPI 3.1), made from <see cref="ApiRoutes"/> and the types that they name.</summary>
public static partial class OpenApiDocument
{
    private static readonly Lazy<byte[]> Bytes = new(() => Encoding.UTF8.GetBytes(Create().ToJsonString(new JsonSerializerOptions { WriteIndented = true })));

    /// <summary>The document, as a tree of its own.</summary>
    public static JsonObject Create()
    {
        var schemas = new SchemaSet();
        var paths = new JsonObject();
        foreach (ApiRoute route in ApiRoutes.All.Where(r => r.Documented))
        {
            string path = $"/{route.Path}";
            if (paths[path] is not JsonObject item)
            {
                paths[path] = item = new JsonObject();
            }

            foreach (string method in route.Methods)
            {
                item[method.ToLowerInvariant()] = Operation(route, method, schemas);
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Mammoth",
                ["description"] = "Moves a PostgreSQL database into Apache Iceberg tables, and proves it.",
                ["version"] = typeof(OpenApiDocument).Assembly.GetName().Version!.ToString(3),
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["key"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key of this server, or a token of Microsoft Entra ID where it is set up for them." },
                    ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key", ["description"] = "An API key of this server; in Azure, a function key." },
                },
                ["schemas"] = schemas.ToJson(),
            },
        };
    }

    internal static Task<IResult> Answer(ApiCall call, CancellationToken cancellation) => Task.FromResult(Results.Bytes(Bytes.Value, "application/json; charset=utf-8"));

    private static JsonObject Operation(ApiRoute route, string method, SchemaSet schemas)
    {
        bool head = method == HttpMethods.Head;
        var parameters = new JsonArray();
        foreach (Match part in RoutePart().Matches(route.Path))
        {
            parameters.Add(new JsonObject { ["name"] = part.Groups[1].Value, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } });
        }

        foreach ((string name, string says) in route.Query)
        {
            parameters.Add(new JsonObject { ["name"] = name, ["in"] = "query", ["description"] = says, ["schema"] = new JsonObject { ["type"] = name == "limit" ? "integer" : "string" } });
        }

        if (route.Idempotent)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = "Idempotency-Key",
                ["in"] = "header",
                ["description"] = "The same key with the same body is the same run, however often it is sent.",
                ["schema"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 255 },
            });
        }

        var operation = new JsonObject
        {
            ["operationId"] = head ? $"{route.Operation}Head" : route.Operation,
            ["summary"] = route.Summary,
            ["tags"] = new JsonArray(route.Tag),
        };
        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }

        if (route.Body is not null)
        {
            operation["requestBody"] = new JsonObject { ["required"] = false, ["content"] = Content("application/json", route.Body, schemas) };
        }

        operation["responses"] = Responses(route, head, schemas);
        if (route.Access == Access.Open)
        {
            operation["security"] = new JsonArray();
        }

        return operation;
    }

    private static JsonObject Responses(ApiRoute route, bool head, SchemaSet schemas)
    {
        var responses = new JsonObject();
        foreach ((int status, Type? type) in route.Answers)
        {
            var response = new JsonObject { ["description"] = ReasonPhrases.GetReasonPhrase(status) };
            if (type is not null && !head)
            {
                response["content"] = Content("application/json", type, schemas);
            }

            if (status == StatusCodes.Status202Accepted)
            {
                response["headers"] = new JsonObject { ["Location"] = new JsonObject { ["description"] = "Where the run's status is.", ["schema"] = new JsonObject { ["type"] = "string" } } };
            }

            responses[status.ToString(CultureInfo.InvariantCulture)] = response;
        }

        if (head && route.Tag == "iceberg")
        {
            responses["204"] = new JsonObject { ["description"] = "It is there." };
        }

        bool catalog = route.Tag == "iceberg";
        IEnumerable<int> errors = route.Access == Access.Key ? [.. route.Errors, StatusCodes.Status401Unauthorized, StatusCodes.Status500InternalServerError] : route.Errors;
        foreach (int status in errors.Order())
        {
            var response = new JsonObject { ["description"] = ReasonPhrases.GetReasonPhrase(status) };
            if (!head)
            {
                response["content"] = catalog && status != StatusCodes.Status401Unauthorized
                    ? Content("application/json", typeof(Catalog.CatalogError), schemas)
                    : Content("application/problem+json", typeof(Problem), schemas);
            }

            responses[status.ToString(CultureInfo.InvariantCulture)] = response;
        }

        return responses;
    }

    private static JsonObject Content(string mediaType, Type type, SchemaSet schemas) =>
        new() { [mediaType] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = schemas.Reference(type) } } };

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex RoutePart();
}
