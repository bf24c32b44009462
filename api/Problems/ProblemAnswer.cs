using Mammoth.Api.Json;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Problems;

/// <summary>A problem as an answer, for hosts that refuse requests before the API sees them.</summary>
public static class ProblemAnswer
{
    public static IResult Of(Problem problem) => new JsonAnswer<Problem>(problem.Status, problem, "application/problem+json");
}
