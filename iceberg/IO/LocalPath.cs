namespace Mammoth.Iceberg.IO;

/// <summary>
/// <c>file://</c> locations and paths of this machine. What follows <c>file://</c> is the path itself, not percent-encoded: that is how
/// Hadoop, DuckDB and ClickHouse read the locations in table metadata.
/// </summary>
internal static class LocalPath
{
    private const string Scheme = "file:";

    /// <summary>The path that a location names (<c>file:///a/b</c>, <c>file:/a/b</c> or a bare absolute path).</summary>
    public static string Of(string location)
    {
        var path = location;
        if (path.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            path = path[Scheme.Length..];
            if (path.StartsWith("//", StringComparison.Ordinal))
                path = path[2..];
            // file:///C:/folder: the slash before the drive is not part of the path.
            if (OperatingSystem.IsWindows() && path is ['/', _, ':', ..])
                path = path[1..];
        }
        if (!Path.IsPathFullyQualified(path))
            throw new ArgumentException($"'{location}' is no location on this machine: it must be file:// and an absolute path.", nameof(location));
        return path;
    }

    /// <summary>Makes the folder that a file goes into, where it is not there.</summary>
    /// <exception cref="StorageException">There is a file where a folder should be.</exception>
    public static void MakeFolderOf(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (Directory.Exists(folder))
            return;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (IOException e) when (FileAbove(path) is { } file)
        {
            throw new StorageException($"{path} can't be written: {file} is a file, and should be a folder. Move it away, or choose another warehouse.", path, e);
        }
    }

    /// <summary>The location of a path.</summary>
    public static string ToLocation(string path)
    {
        // Elsewhere a backslash is a character of a name like any other.
        var full = OperatingSystem.IsWindows() ? Path.GetFullPath(path).Replace('\\', '/') : Path.GetFullPath(path);
        return full.StartsWith('/') ? "file://" + full : "file:///" + full;
    }

    private static string? FileAbove(string path)
    {
        for (var above = Path.GetDirectoryName(path); above is not null; above = Path.GetDirectoryName(above))
            if (File.Exists(above))
                return above;
        return null;
    }
}
