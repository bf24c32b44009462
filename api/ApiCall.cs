using System.Globalization;
using Mammoth.Api.Problems;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api;

/// <summary>A request with what is needed to answer it.</summary>
internal sealed record ApiCall(ApiSite Site, IOrchestrationClient Client, HttpRequest Request)
{
    public MigrationSite Migration => Site.Migration;

    /// <summary>A part of the path, decoded. An encoded slash stays encoded: no name in a warehouse has one.</summary>
    public string Part(string name) =>
        Request.RouteValues[name] is string { Length: > 0 } value
            ? value
            : throw ProblemException.NotFound($"The path names no {name}.");

    /// <summary>A number of the query.</summary>
    /// <exception cref="ProblemException">It is none, or out of its range.</exception>
    public int Number(string name, int otherwise, int most)
    {
        string? text = Request.Query[name];
        if (text is null)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : throw new ProblemException(StatusCodes.Status400BadRequest, "invalid-query", $"?{name} is a number from 1 to {most}.");
    }

    /// <summary>Where another resource of the API lies, from the host's root.</summary>
    public string Url(string path) => $"{Request.PathBase}/{path}";
}
