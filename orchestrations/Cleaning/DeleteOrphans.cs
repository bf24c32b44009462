using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Cleaning;

/// <summary>Deletes the files of a part, and then what names them.</summary>
public sealed class DeleteOrphans(MigrationSite site) : Activity<DeleteOrphans, DeleteOrphans.Input, Nothing>
{
    public sealed record Input(string Location, int Part);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        string part = Part(input.Location, input.Part);

        // Else it was done before.
        if (await site.Io.Read(part, context.Cancellation) is { } content)
        {
            await Orphans.Delete(site.Io, JsonSerializer.Deserialize<string[]>(content.Bytes.Span) ?? [], context.Cancellation);
            await site.Io.Delete(part, context.Cancellation);
        }

        return default;
    }

    internal static Task Write(IFileIO io, string location, int part, string[] files, CancellationToken cancellation) =>
        io.Write(Part(location, part), JsonSerializer.SerializeToUtf8Bytes(files), WriteCondition.IfAbsent, cancellation);

    private static string Part(string location, int part) => $"{location}-{part}.json";
}
