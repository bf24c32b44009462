using Mammoth.Migration.Errors;
using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Problems;

/// <summary>Any exception as the problem that a caller gets.</summary>
internal static class ProblemReader
{
    /// <returns>Null where it is none that is known: a defect, whose text may hold anything and is for the log only.</returns>
    public static ProblemException? Read(Exception exception) => exception switch
    {
        ProblemException problem => problem,
        InstanceNotFoundException gone => ProblemException.Conflict("ended", gone.Message),
        InstanceConflictException running => ProblemException.Conflict(running.Code, running.Message, running.WayOut),
        UsageException usage => new(StatusCodes.Status400BadRequest, usage.Code, usage.Message, usage.WayOut),
        OtherSourceException other => ProblemException.Conflict(other.Code, other.Message, other.WayOut),
        BadHttpRequestException bad => new(bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too-large" : "bad-request", bad.Message),
        _ when SourceErrors.Translate(exception) is { } known => new(known.IsTransient ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status502BadGateway, known.Code, known.Message, known.WayOut),
        _ => null,
    };
}
