using Mammoth.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Catalog;

/// <summary>An error as Iceberg's REST specification has it ("IcebergErrorResponse").</summary>
public sealed record CatalogError(CatalogErrorBody Error)
{
    internal static CatalogError Of(ProblemException problem) => new(new CatalogErrorBody(problem.WayOut is null ? problem.Message : $"{problem.Message} {problem.WayOut}", TypeOf(problem), problem.Status));

    private static string TypeOf(ProblemException problem) => problem.Status switch
    {
        StatusCodes.Status404NotFound => problem.Code,
        StatusCodes.Status406NotAcceptable => "UnsupportedOperationException",
        StatusCodes.Status400BadRequest => "BadRequestException",
        StatusCodes.Status503ServiceUnavailable => "ServiceUnavailableException",
        _ => "ServerErrorException",
    };
}

/// <param name="Type">The exception's name in the reference implementation.</param>
public sealed record CatalogErrorBody(string Message, string Type, int Code);
