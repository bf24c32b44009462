using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Manifests;

/// <summary>Iceberg schemas as Avro schemas (Iceberg spec, Appendix A, "Avro"), with field ids, in the reference implementation's member order.</summary>
internal sealed class AvroSchemaText
{
    private readonly HashSet<string> _named = [];

    private AvroSchemaText()
    {
    }

    public static string Of(Schema schema, string recordName) =>
        new AvroSchemaText().Record(recordName, schema.Fields).ToJsonString(JsonText.Compact);

    /// <summary>Bytes a decimal of this many digits takes at least: Avro's fixed needs a length.</summary>
    public static int DecimalLength(int precision)
    {
        var most = System.Numerics.BigInteger.Pow(10, precision) - 1;
        return most.GetByteCount();
    }

    private JsonObject Record(string name, IReadOnlyList<NestedField> fields) => new()
    {
        ["type"] = "record",
        ["name"] = name,
        ["fields"] = new JsonArray([.. fields.Select(Field)]),
    };

    private JsonObject Field(NestedField field)
    {
        var name = CompatibleName(field.Name);
        var type = Type(field.Type, $"r{field.Id}");
        var node = new JsonObject { ["name"] = name, ["type"] = field.Required ? type : new JsonArray("null", type) };
        if (field.Doc is { } doc)
            node["doc"] = doc;
        if (!field.Required)
            node["default"] = null;
        node["field-id"] = field.Id;
        if (name != field.Name)
            node["iceberg-field-name"] = field.Name;
        return node;
    }

    private JsonNode Type(IcebergType type, string recordName) => type switch
    {
        StructType s => Record(recordName, s.Fields),
        ListType l => new JsonObject
        {
            ["type"] = "array",
            ["items"] = l.ElementRequired ? Type(l.Element, $"r{l.ElementId}") : new JsonArray("null", Type(l.Element, $"r{l.ElementId}")),
            ["element-id"] = l.ElementId,
        },
        // Avro's own maps have text keys only; the others are arrays of pairs.
        MapType m => new JsonObject
        {
            ["type"] = "array",
            ["items"] = Record($"k{m.KeyId}_v{m.ValueId}", [new(m.KeyId, "key", true, m.Key), new(m.ValueId, "value", m.ValueRequired, m.Value)]),
            ["logicalType"] = "map",
        },
        PrimitiveType p => Primitive(p.Kind),
        FixedType f => Named($"fixed_{f.Length}", new() { ["type"] = "fixed", ["name"] = $"fixed_{f.Length}", ["size"] = f.Length }),
        DecimalType d => Named($"decimal_{d.Precision}_{d.Scale}", new()
        {
            ["type"] = "fixed",
            ["name"] = $"decimal_{d.Precision}_{d.Scale}",
            ["size"] = DecimalLength(d.Precision),
            ["logicalType"] = "decimal",
            ["precision"] = d.Precision,
            ["scale"] = d.Scale,
        }),
        _ => throw new NotSupportedException($"{type} has no place in a manifest."),
    };

    private JsonNode Primitive(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => "boolean",
        PrimitiveKind.Int => "int",
        PrimitiveKind.Long => "long",
        PrimitiveKind.Float => "float",
        PrimitiveKind.Double => "double",
        PrimitiveKind.String => "string",
        PrimitiveKind.Binary => "bytes",
        PrimitiveKind.Date => new JsonObject { ["type"] = "int", ["logicalType"] = "date" },
        PrimitiveKind.Time => new JsonObject { ["type"] = "long", ["logicalType"] = "time-micros" },
        PrimitiveKind.Timestamp => Timestamp("timestamp-micros", false),
        PrimitiveKind.TimestampTz => Timestamp("timestamp-micros", true),
        PrimitiveKind.TimestampNs => Timestamp("timestamp-nanos", false),
        PrimitiveKind.TimestampTzNs => Timestamp("timestamp-nanos", true),
        PrimitiveKind.Uuid => Named("uuid_fixed", new() { ["type"] = "fixed", ["name"] = "uuid_fixed", ["size"] = 16, ["logicalType"] = "uuid" }),
        _ => throw new NotSupportedException($"{kind} has no Avro form."),
    };

    private static JsonObject Timestamp(string logicalType, bool utc) => new() { ["type"] = "long", ["logicalType"] = logicalType, ["adjust-to-utc"] = utc };

    // A named type is defined once in a schema and named afterwards.
    private JsonNode Named(string name, JsonObject definition) => _named.Add(name) ? definition : JsonValue.Create(name);

    // Avro names are letters, digits and underscores; what is not becomes _x and its code, as the reference does.
    private static string CompatibleName(string name)
    {
        var result = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetter(c) || c == '_' || (char.IsAsciiDigit(c) && result.Length > 0))
                result.Append(c);
            else if (char.IsAsciiDigit(c))
                result.Append('_').Append(c);
            else
                result.Append(CultureInfo.InvariantCulture, $"_x{(int)c:X}");
        }
        return result.ToString();
    }
}
