namespace Mammoth.Iceberg.Schemas;

/// <summary>A type of the table format in one line, nested ones too.</summary>
public static class TypeText
{
    public static string Of(IcebergType type) => type switch
    {
        ListType list => $"list<{Of(list.Element)}>",
        MapType map => $"map<{Of(map.Key)}, {Of(map.Value)}>",
        StructType nested => $"struct<{string.Join(", ", nested.Fields.Select(f => $"{f.Name}: {Of(f.Type)}"))}>",
        _ => TypeName.Of(type),
    };
}
