using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mammoth.Tests.Golden;

/// <summary>
/// What differs between a file of the reference implementation and Mammoth's of the same rows: what docs/iceberg-differences.md lists, by the
/// first cell of its row, and what nobody meant.
/// </summary>
internal sealed class Differences
{
    public const string ZeroBounds = "bounds of float and double, where a bound is zero";
    public const string ConvertedTypes = "Parquet converted types of `time` and `timestamp` (without zone)";
    public const string RootRepetition = "Parquet root node's repetition";
    public const string Writer = "Parquet `created_by`, format version";
    public const string Dictionaries = "dictionaries";
    public const string ColumnIndex = "Parquet column index of a column that holds an empty text and nothing else";
    public const string SchemaId = "manifest header `schema-id`";

    private readonly SortedSet<string> _unmeant = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _listed = new(StringComparer.Ordinal);

    /// <summary>Rows of the page that ten files of one row each can show.</summary>
    public static IReadOnlyList<string> Shown { get; } = [ZeroBounds, ConvertedTypes, RootRepetition, Writer, Dictionaries, ColumnIndex, SchemaId];

    /// <summary>Rows of the page that they can't.</summary>
    public static IReadOnlyList<string> NotShown { get; } =
        ["row groups", "pages", "compression", "encodings", "manifest and data file names", "metadata file names", "snapshot summary", "table properties"];

    public IReadOnlyCollection<string> Listed => _listed;

    public IReadOnlyCollection<string> Unmeant => _unmeant;

    /// <summary>They should be the same.</summary>
    public void Same(string what, object? reference, object? own)
    {
        if (!Equal(reference, own))
            _unmeant.Add($"{what}: {Text(reference)} of the reference, {Text(own)} of Mammoth");
    }

    /// <summary>They may differ in one way that is listed.</summary>
    public void SameBut(string row, bool inThatWay, string what, object? reference, object? own)
    {
        if (inThatWay && !Equal(reference, own))
            _listed.Add(row);
        else
            Same(what, reference, own);
    }

    private static bool Equal(object? reference, object? own) =>
        Text(reference) == Text(own) || (reference is string a && own is string b && Node(a) is { } left && JsonNode.DeepEquals(left, Node(b)));

    private static string Text(object? value) => value is string text ? text : JsonSerializer.Serialize(value);

    private static JsonNode? Node(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
