namespace Mammoth.Iceberg.Schemas;

/// <summary>Finding fields in a schema, nested ones included.</summary>
public static class SchemaFields
{
    /// <summary>
    /// Every field with its dotted path, parents before children. A list's element is named <c>element</c>, a map's parts <c>key</c> and <c>value</c>
    /// (as in the reference's name mapping).
    /// </summary>
    public static IEnumerable<(string Path, NestedField Field)> AllFields(this Schema schema) => Walk(schema.Fields, "");

    /// <summary>The field of this id, or null.</summary>
    public static NestedField? Find(this Schema schema, int id) =>
        schema.AllFields().FirstOrDefault(entry => entry.Field.Id == id).Field;

    /// <summary>The field of this dotted path, or null; names are compared exactly.</summary>
    public static NestedField? Find(this Schema schema, string path) =>
        schema.AllFields().FirstOrDefault(entry => entry.Path == path).Field;

    /// <summary>The highest field id, nested ones included; 0 for a schema without columns.</summary>
    public static int HighestId(this Schema schema) =>
        schema.AllFields().Select(entry => entry.Field.Id).DefaultIfEmpty(0).Max();

    /// <summary>The fields directly below a type: a struct's fields, a list's element, a map's key and value; none for a primitive.</summary>
    public static IReadOnlyList<NestedField> Children(this IcebergType type) => type switch
    {
        StructType s => s.Fields,
        ListType l => [new(l.ElementId, "element", l.ElementRequired, l.Element)],
        MapType m => [new(m.KeyId, "key", true, m.Key), new(m.ValueId, "value", m.ValueRequired, m.Value)],
        _ => [],
    };

    private static IEnumerable<(string Path, NestedField Field)> Walk(IReadOnlyList<NestedField> fields, string prefix)
    {
        foreach (var field in fields)
        {
            var path = prefix + field.Name;
            yield return (path, field);
            foreach (var nested in Walk(field.Type.Children(), path + "."))
                yield return nested;
        }
    }
}
