using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Cleaning;

/// <summary>Deletes the files of a warehouse's tables to which nothing refers and which are old enough, as <c>mammoth clean --delete</c> does.</summary>
public sealed class CleanWarehouse : Orchestration<CleanWarehouse, CleanWarehouse.Input, CleanWarehouse.Result>
{
    /// <param name="OlderThan">Files written less than so long ago are left alone.</param>
    public sealed record Input(TimeSpan OlderThan);

    /// <param name="Kept">Unfinished runs whose files were left alone.</param>
    public sealed record Result(long Files, long Bytes, int Kept);

    public override async Task<Result> Run(OrchestrationContext context, Input input)
    {
        FindOrphans.Result found = await FindOrphans.Call(context, new(input.OlderThan), Retries.Lasting);
        foreach (int part in Enumerable.Range(0, found.Parts))
        {
            await DeleteOrphans.Call(context, new(found.Location, part), Retries.Lasting);
        }

        return new(found.Files, found.Bytes, found.Kept);
    }
}
