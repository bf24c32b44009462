using Mammoth.Iceberg.IO;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>What lies where in a warehouse, and whether a place may become one.</summary>
internal static class WarehouseFiles
{
    /// <summary>Everything of Mammoth's own that is not a table.</summary>
    public const string OwnFolder = "_mammoth";

    public const string Catalog = $"{OwnFolder}/catalog.json";

    /// <summary>How often a place may answer a probe with what can't be.</summary>
    private const int Probes = 3;

    /// <summary>A new name for an immutable metadata file, relative to the root: no two attempts ever share one.</summary>
    public static string NewMetadata(Guid table, int version) => $"{OwnFolder}/metadata/{table}/{version:00000}-{Guid.CreateVersion7()}.metadata.json";

    /// <exception cref="CatalogException">The place holds somebody else's files, or its store can't decide between two writers.</exception>
    public static async Task CheckNew(IFileIO io, string root, CancellationToken cancellation)
    {
        await CheckEmpty(io, root, cancellation);
        try
        {
            await CheckConditionalWrites(io, root, cancellation);
        }
        catch (StorageException e) when (io is LocalFileIO && e.Location.StartsWith(LocalPath.Of(root), StringComparison.Ordinal))
        {
            // The probe is nobody's business: what can't be written is the warehouse.
            throw new StorageException(e.Message.Replace(e.Location, LocalPath.Of(root), StringComparison.Ordinal), root, e.InnerException);
        }
    }

    /// <summary>Whether nobody else's files lie there. Nothing is written.</summary>
    /// <exception cref="CatalogException">There are some.</exception>
    public static async Task CheckEmpty(IFileIO io, string root, CancellationToken cancellation)
    {
        await foreach (var file in io.List($"{root}/", cancellation))
        {
            var path = file.Location[(root.Length + 1)..];
            // Our own folder may hold a run's journal already; .DS_Store and the like are nobody's data.
            if (path.StartsWith($"{OwnFolder}/", StringComparison.Ordinal) || path.StartsWith('.'))
                continue;
            throw new CatalogException($"{root} is not empty and is no Mammoth warehouse (it holds {path}). Choose an empty folder, or one that Mammoth made.");
        }
    }

    private static async Task CheckConditionalWrites(IFileIO io, string root, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Probe(io, root, cancellation);
                return;
            }
            catch (Exception e) when (attempt < Probes && e is PreconditionFailedException or StorageException { IsUnknown: true })
            {
                // Nobody else knows the probe's name: an answer was lost or made up on the way.
            }
        }
    }

    // A store that takes every write would let two commits win.
    private static async Task Probe(IFileIO io, string root, CancellationToken cancellation)
    {
        var probe = $"{root}/{OwnFolder}/probe-{Guid.NewGuid():N}";
        var tag = await io.Write(probe, "1"u8.ToArray(), WriteCondition.IfAbsent, cancellation);
        try
        {
            await io.Write(probe, "2"u8.ToArray(), WriteCondition.IfUnchanged(tag), cancellation);
            if (await Refuses(WriteCondition.IfAbsent) && await Refuses(WriteCondition.IfUnchanged(tag))
                && (io is not LocalFileIO || await LocalFileIO.CanLock($"{root}/{Catalog}", cancellation)))
                return;
        }
        finally
        {
            // Nobody else knows its name.
            await io.Retire(probe, CancellationToken.None);
        }
        throw new CatalogException($"The store of {root} does not keep conditional writes (or file locks) apart, so two writers could overwrite each other. Choose another place for the warehouse.");

        async Task<bool> Refuses(WriteCondition condition)
        {
            try
            {
                await io.Write(probe, "3"u8.ToArray(), condition, cancellation);
                return false;
            }
            catch (PreconditionFailedException)
            {
                return true;
            }
        }
    }
}
