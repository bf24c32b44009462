using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Iceberg.Schemas;
using ParquetSharp.Arrow;
using ListType = Mammoth.Iceberg.Schemas.ListType;
using MapType = Mammoth.Iceberg.Schemas.MapType;
using StructType = Mammoth.Iceberg.Schemas.StructType;

namespace Mammoth.Iceberg.Scans;

/// <summary>Finds columns in a Parquet file by field id, or by the table's name mapping where the file has no ids.</summary>
internal sealed class FileColumns(NameMapping? names)
{
    private const string IdKey = "PARQUET:field_id";

    /// <summary>Whether any column of a file has a field id. With one, names say nothing.</summary>
    public static bool HasIds(IEnumerable<Field> fields) =>
        fields.Any(field => OwnId(field) is not null || (field.DataType is NestedType nested && HasIds(nested.Fields)));

    /// <summary>Where in a list of fields the one with this id is, or -1.</summary>
    public int IndexOf(IReadOnlyList<Field> fields, int id)
    {
        for (var i = 0; i < fields.Count; i++)
            if ((names is null ? OwnId(fields[i]) : names.IdOf(fields[i].Name)) == id)
                return i;
        return -1;
    }

    /// <summary>The columns below a field.</summary>
    /// <param name="name">The field's name in a name mapping, where it is not its own: <c>element</c>, <c>key</c> or <c>value</c>.</param>
    public FileColumns Below(Field field, string? name = null) => names is null ? this : new(names.Below(name ?? field.Name) ?? new NameMapping());

    /// <summary>The indexes of the Parquet leaves that a field of the table needs, from a file's field of the same id.</summary>
    /// <param name="name">As for <see cref="Below"/>.</param>
    public IEnumerable<int> Leaves(IcebergType type, SchemaField source, string? name = null)
    {
        switch (type)
        {
            case StructType s:
                var below = Below(source.Field, name);
                var found = s.Fields
                    .Select(field => (field.Type, Index: below.IndexOf([.. source.Children.Select(child => child.Field)], field.Id)))
                    .Where(child => child.Index >= 0)
                    .SelectMany(child => below.Leaves(child.Type, source.Children[child.Index]))
                    .ToList();
                // Whether the struct itself is null is known from any of its leaves.
                return found.Count > 0 ? found : All(source).Take(1);
            case ListType l when source.Children is [var element]:
                return Below(source.Field, name).Leaves(l.Element, element, "element");
            case MapType m when source.Children is [{ Children: [var key, var value] }]:
                var parts = Below(source.Field, name);
                return parts.Leaves(m.Key, key, "key").Concat(parts.Leaves(m.Value, value, "value"));
            default:
                // Where the file has something of another shape, its conversion says so.
                return All(source);
        }
    }

    private static IEnumerable<int> All(SchemaField field) => field.Children.Count == 0 ? [field.ColumnIndex] : field.Children.SelectMany(All);

    private static int? OwnId(Field field) =>
        field.Metadata is { } metadata && metadata.TryGetValue(IdKey, out var id) ? int.Parse(id, CultureInfo.InvariantCulture) : null;
}
