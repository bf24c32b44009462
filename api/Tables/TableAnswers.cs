using Mammoth.Api.Json;
using Mammoth.Api.Problems;
using Mammoth.Iceberg.Catalogs;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Tables;

/// <summary>Tells of the warehouse's tables.</summary>
internal static class TableAnswers
{
    public static async Task<IResult> List(ApiCall call, CancellationToken cancellation) =>
        new JsonAnswer<TableList>(StatusCodes.Status200OK, new([.. (await call.Migration.Catalog.LoadAll(cancellation)).Select(t => TableSummary.Of(call, t))]));

    public static async Task<IResult> Get(ApiCall call, CancellationToken cancellation) =>
        new JsonAnswer<TableDescription>(StatusCodes.Status200OK, TableDescription.Of(call, await Named(call, cancellation)));

    public static async Task<IResult> Snapshots(ApiCall call, CancellationToken cancellation)
    {
        LoadedTable table = await Named(call, cancellation);
        return new JsonAnswer<SnapshotList>(StatusCodes.Status200OK, new([.. table.Metadata.Snapshots.Reverse().Select(s => SnapshotDescription.Of(table.Metadata, s))]));
    }

    private static async Task<LoadedTable> Named(ApiCall call, CancellationToken cancellation)
    {
        var name = new TableIdentifier(call.Part("namespace"), call.Part("table"));
        return await call.Migration.Catalog.Load(name, cancellation) ?? throw ProblemException.NotFound($"There is no table {name} in the warehouse.", "GET api/v1/tables lists those there are.");
    }
}
