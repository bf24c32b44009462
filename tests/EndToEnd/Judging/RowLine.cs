using System.Globalization;
using System.Text;
using System.Text.Json;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>
/// One row as one line that says everything: <c>NULL</c>, <c>'text'</c>, <c>[list]</c>, <c>{map}</c> with its keys in order, <c>(struct)</c>. Two rows are
/// equal when their lines are.
/// </summary>
/// <param name="asClickHouse">What ClickHouse can't tell apart is written alike: absent and empty lists, maps and structs, dates outside 1900 to 2299.</param>
internal sealed class RowLine(IReadOnlyList<IcebergType> types, bool asClickHouse)
{
    private const int FirstDay = -25567;
    private const int LastDay = 120529;

    private readonly StringBuilder line = new();

    /// <param name="values">A text for each column, as the engines print it.</param>
    public string Of(ReadOnlySpan<string?> values)
    {
        line.Clear();
        for (var i = 0; i < types.Count; i++)
        {
            line.Append(i == 0 ? "" : " | ");
            Append(types[i], values[i]);
        }
        return line.ToString();
    }

    private void Append(IcebergType type, string? text)
    {
        if (text is null && !(asClickHouse && type is ListType or MapType or StructType))
            line.Append("NULL");
        else if (type is ListType list)
            Join('[', ']', Elements(text).Select(e => (Action)(() => Append(list.Element, e))));
        else if (type is StructType s)
            Join('(', ')', s.Fields.Zip(text is null ? new string?[s.Fields.Count] : Elements(text), (f, e) => (Action)(() => Append(f.Type, e))));
        else if (type is MapType map)
            Join('{', '}', Elements(text).Select(e => Elements(e)).OrderBy(e => e[0], StringComparer.Ordinal).Select(e => (Action)(() =>
            {
                Append(map.Key, e[0]);
                line.Append('=');
                Append(map.Value, e[1]);
            })));
        else
            line.Append('\'').Append(Value(type, text!).Replace("'", "''", StringComparison.Ordinal)).Append('\'');
    }

    private string Value(IcebergType type, string text) => asClickHouse && type is PrimitiveType { Kind: PrimitiveKind.Date }
        ? Math.Clamp(int.Parse(text, CultureInfo.InvariantCulture), FirstDay, LastDay).ToString(CultureInfo.InvariantCulture)
        : text;

    private void Join(char open, char close, IEnumerable<Action> parts)
    {
        line.Append(open);
        foreach (var (i, append) in parts.Index())
        {
            line.Append(i == 0 ? "" : ", ");
            append();
        }
        line.Append(close);
    }

    private static string?[] Elements(string? json) => json is null ? [] : JsonSerializer.Deserialize<string?[]>(json)!;
}
