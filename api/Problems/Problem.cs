namespace Mammoth.Api.Problems;

/// <summary>An error as <c>application/problem+json</c> (RFC 9457).</summary>
/// <param name="Type"><c>urn:mammoth:problem:</c> and the code.</param>
/// <param name="Title">The HTTP status in words.</param>
/// <param name="Detail">What went wrong: a sentence.</param>
/// <param name="Code">A short stable word for machines.</param>
/// <param name="WayOut">What to do next, where the detail does not say it.</param>
/// <param name="Run">The run it is about, or null.</param>
/// <param name="Errors">What is wrong with which field of the body.</param>
public sealed record Problem(string Type, string Title, int Status, string Detail, string Code, string? WayOut, string? Run, IReadOnlyList<FieldProblem> Errors);

/// <summary>What is wrong with a field.</summary>
/// <param name="Path">Its JSON path, <c>$.slots</c>.</param>
public sealed record FieldProblem(string Path, string Message);
