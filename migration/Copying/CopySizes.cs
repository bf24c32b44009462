using System.Text.Json;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Copying;

/// <summary>
/// What was learnt of a table's copies, <c>_mammoth/sizes/&lt;namespace&gt;/&lt;table&gt;.json</c>: it outlives runs, journals and hosts. It is only advice: whoever can't read it
/// begins anew.
/// </summary>
public static class CopySizes
{
    /// <summary>Where it lies.</summary>
    public static string Location(MigrationSite site, string @namespace, string table)
    {
        ArgumentNullException.ThrowIfNull(site);
        return $"{site.Root.TrimEnd('/')}/_mammoth/sizes/{TableLocation.Escape(@namespace)}/{TableLocation.Escape(table)}.json";
    }

    /// <summary>What was kept last, or null.</summary>
    public static async Task<T?> Read<T>(MigrationSite site, string location, CancellationToken cancellation)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(site);
        FileContent? content = await site.Io.Read(location, cancellation);
        try
        {
            return content is null ? null : JsonSerializer.Deserialize<T>(content.Bytes.Span, RunFolder.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps it. Where somebody else just did, theirs is as good.</summary>
    public static async Task Write<T>(MigrationSite site, string location, T learnt, CancellationToken cancellation)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(site);
        FileContent? content = await site.Io.Read(location, cancellation);
        try
        {
            WriteCondition condition = content is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(content.ETag);
            await site.Io.Write(location, JsonSerializer.SerializeToUtf8Bytes(learnt, RunFolder.Json), condition, cancellation);
        }
        catch (PreconditionFailedException)
        {
            // Somebody else's.
        }
    }
}
