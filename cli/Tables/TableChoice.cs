using System.CommandLine;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Errors;

namespace Mammoth.Cli.Tables;

/// <summary>The argument that names one table.</summary>
internal static class TableChoice
{
    public static Argument<string> Argument() => new("table") { Description = "The table, as namespace.name; the name alone where only one is called so." };

    /// <summary>Loads the table that <paramref name="text"/> names.</summary>
    /// <exception cref="UsageException">There is none, or more than one.</exception>
    public static async Task<LoadedTable> LoadAsync(StorageCatalog catalog, string text, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableIdentifier> all = await catalog.List(cancellationToken);

        // Names may hold dots, so the text is compared with whole names and never taken apart.
        TableIdentifier[] found = [.. all.Where(t => t.ToString() == text)];
        if (found.Length == 0)
            found = [.. all.Where(t => t.Name == text)];

        return found.Length switch
        {
            1 => await catalog.Load(found[0], cancellationToken) ?? throw new UsageException($"{text} was dropped just now."),
            0 => throw new UsageException($"There is no table {text} in {catalog.Root}.", Alike(all, text)),
            _ => throw new UsageException($"{text} may be {string.Join(" or ", found.Select(t => t.ToString()))}.", "Say which, with its namespace in front."),
        };
    }

    private static string Alike(IReadOnlyList<TableIdentifier> all, string text)
    {
        string last = text[(text.LastIndexOf('.') + 1)..];
        TableIdentifier[] alike = [.. all.Where(t => last.Length > 2 && (t.Name.Contains(last, StringComparison.OrdinalIgnoreCase) || last.Contains(t.Name, StringComparison.OrdinalIgnoreCase))).Take(3)];
        return alike.Length > 0 ? $"Did you mean {string.Join(" or ", alike.Select(t => t.ToString()))}?" : "`mammoth tables list` shows those there are.";
    }
}
