using System.Text.RegularExpressions;
using Azure.Storage.Blobs;

namespace Mammoth.Iceberg.IO;

/// <summary>Where tables are put: a folder of this machine, or a folder of a container in Azure storage.</summary>
public sealed partial record Warehouse
{
    private Warehouse(IFileIO io, string root, string? localPath)
    {
        Io = io;
        Root = root;
        LocalPath = localPath;
    }

    /// <summary>Reads and writes the files below <see cref="Root"/>.</summary>
    public IFileIO Io { get; }

    /// <summary>
    /// The root's URI as it stands in table metadata, without a slash at the end: <c>file:///…</c> or
    /// <c>abfss://container@account.dfs.core.windows.net/…</c> (an emulator's too: that is what other engines wrote and read there).
    /// </summary>
    public string Root { get; }

    /// <summary>Whether it is a folder of this machine.</summary>
    public bool IsLocal => LocalPath is not null;

    /// <summary>The folder's absolute path; null where it is not on this machine.</summary>
    public string? LocalPath { get; }

    /// <summary>
    /// Finds out what a user's text names: a folder's path, <c>file://…</c>, <c>abfss://container@account.dfs.core.windows.net/folder</c>,
    /// <c>https://account.blob.core.windows.net/container/folder</c> (a shared access signature may follow a <c>?</c>), or an emulator's
    /// <c>http://127.0.0.1:10000/devstoreaccount1/container/folder</c>. Nothing is read or created.
    /// </summary>
    /// <exception cref="WarehouseFormatException">The text is none of these.</exception>
    public static Warehouse Open(string text) => Open(text, Environment.GetEnvironmentVariable);

    /// <param name="variable">The environment's variables, by name.</param>
    /// <param name="configure">Changes how Azure storage is talked to.</param>
    internal static Warehouse Open(string text, Func<string, string?> variable, Action<BlobClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var given = text.Trim();
        if (given.Length == 0)
            throw new WarehouseFormatException("The warehouse is empty.");
        return SchemeAtStart().Match(given).Groups[1].Value.ToLowerInvariant() switch
        {
            "" or "file" => OpenFolder(given),
            "abfss" or "abfs" or "https" or "http" => OpenAzure(AzureAddress.Parse(given), variable, configure),
            var scheme => throw new WarehouseFormatException($"A warehouse can't be at {scheme}: ({AzureAddress.Redact(given)})."),
        };
    }

    private static Warehouse OpenFolder(string given)
    {
        string path;
        try
        {
            path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(given.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? IO.LocalPath.Of(given) : given));
        }
        catch (ArgumentException e)
        {
            throw new WarehouseFormatException($"The warehouse '{given}' names no folder: file:// is followed by an absolute path.", e);
        }
        if (path == Path.GetPathRoot(path))
            throw new WarehouseFormatException($"The warehouse '{given}' is the root of a disk: choose a folder below it.");
        if (File.Exists(path))
            throw new WarehouseFormatException($"The warehouse '{path}' is a file: choose a folder.");
        return new(new LocalFileIO(), IO.LocalPath.ToLocation(path), path);
    }

    private static Warehouse OpenAzure(AzureAddress address, Func<string, string?> variable, Action<BlobClientOptions>? configure)
    {
        var store = AzureStore.Open(address, variable, configure);
        return new(new AzureBlobFileIO(store), store.Location(address.Container, address.Prefix).TrimEnd('/'), null);
    }

    // One letter and a colon is a drive.
    [GeneratedRegex("^([A-Za-z][A-Za-z0-9+.-]+):/")]
    private static partial Regex SchemeAtStart();
}

/// <summary>A text that names no warehouse. The message says what was given, and the forms there are.</summary>
public sealed class WarehouseFormatException(string message, Exception? inner = null) : FormatException($"{message} {Forms}", inner)
{
    private const string Forms = "A warehouse is a folder (lake, /data/lake, file:///data/lake) or a place in Azure storage "
        + "(abfss://container@account.dfs.core.windows.net/folder, https://account.blob.core.windows.net/container/folder, "
        + "or for Azurite http://127.0.0.1:10000/devstoreaccount1/container/folder).";
}
