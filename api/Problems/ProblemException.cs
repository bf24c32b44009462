using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Mammoth.Api.Problems;

/// <summary>A request that can't be answered as it was asked; ends as a <see cref="Problem"/>.</summary>
internal sealed class ProblemException(int status, string code, string detail, string? wayOut = null) : Exception(detail)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string? WayOut { get; } = wayOut;

    public string? Run { get; init; }

    public IReadOnlyList<FieldProblem> Errors { get; init; } = [];

    public static ProblemException OfField(string path, string message) => new(StatusCodes.Status400BadRequest, "invalid-body", $"The body is not valid at {path}: {message}")
    {
        Errors = [new(path, message)],
    };

    public static ProblemException NotFound(string detail, string? wayOut = null) => new(StatusCodes.Status404NotFound, "not-found", detail, wayOut);

    public static ProblemException Conflict(string code, string detail, string? wayOut = null, string? run = null) => new(StatusCodes.Status409Conflict, code, detail, wayOut) { Run = run };

    public Problem ToProblem() => new($"urn:mammoth:problem:{Code}", ReasonPhrases.GetReasonPhrase(Status), Status, Message, Code, WayOut, Run, Errors);
}
