using System.Text.Json;

namespace Mammoth.Tests.Fixtures;

/// <summary>What a reader returned, as exact text.</summary>
public sealed record ReaderRows(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows)
{
    /// <summary>A query's only value.</summary>
    public string? Single => Rows.Single().Single();

    /// <summary>A column's values, by name.</summary>
    public IReadOnlyList<string?> Column(string name)
    {
        var index = Columns.ToList().IndexOf(name);
        return index >= 0 ? [.. Rows.Select(row => row[index])]
            : throw new ArgumentException($"There is no column '{name}' among {string.Join(", ", Columns)}.", nameof(name));
    }

    internal static ReaderRows Of(JsonElement answer) => answer.TryGetProperty("error", out var error)
        ? throw new ReaderException(error.GetString()!)
        : new([.. answer.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!)],
            [.. answer.GetProperty("rows").EnumerateArray().Select(row => (IReadOnlyList<string?>)[.. row.EnumerateArray().Select(v => v.GetString())])]);
}

/// <summary>A reader refused; the message is the reader's own.</summary>
public sealed class ReaderException(string message) : Exception(message);
