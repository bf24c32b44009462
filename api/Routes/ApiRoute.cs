using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Routes;

/// <summary>Who may ask.</summary>
public enum Access
{
    /// <summary>Everybody.</summary>
    Open,

    /// <summary>Who has a key or a token.</summary>
    Key,
}

/// <summary>One endpoint of the API. Hosts map it, the OpenAPI document describes it.</summary>
/// <param name="Operation">Its operation id, and in Azure the function's name; the name of the <see cref="MammothApi"/> method that answers.</param>
/// <param name="Methods">HTTP methods, in capitals.</param>
/// <param name="Path">A route template without a slash in front.</param>
/// <param name="Answer">Answers a request.</param>
public sealed record ApiRoute(string Operation, IReadOnlyList<string> Methods, string Path, string Summary, Func<MammothApi, HttpRequest, CancellationToken, Task<IResult>> Answer)
{
    public Access Access { get; init; } = Access.Key;

    /// <summary>The type of the body, or null where there is none.</summary>
    public Type? Body { get; init; }

    /// <summary>The status and body of what is answered where all is well; a null type is an empty answer.</summary>
    public IReadOnlyDictionary<int, Type?> Answers { get; init; } = new Dictionary<int, Type?>();

    /// <summary>Errors it answers with, beside 401 and 500.</summary>
    public IReadOnlyList<int> Errors { get; init; } = [];

    /// <summary>Its parameters in the query, with what each says.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    /// <summary>The header <c>Idempotency-Key</c> is heeded.</summary>
    public bool Idempotent { get; init; }

    /// <summary>What it is about, for the order of the document.</summary>
    public required string Tag { get; init; }

    /// <summary>Whether the OpenAPI document has it: pages and refusals are not part of the contract.</summary>
    public bool Documented { get; init; } = true;
}
