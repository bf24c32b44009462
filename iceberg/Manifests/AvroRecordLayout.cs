using System.Globalization;
using Avro;

namespace Mammoth.Iceberg.Manifests;

/// <summary>Where in a writer's records the field of an id is.</summary>
internal sealed class AvroRecordLayout
{
    private readonly Dictionary<int, int> _positions = [];
    private readonly Dictionary<int, AvroRecordLayout> _nested = [];

    private AvroRecordLayout(RecordSchema record)
    {
        foreach (var field in record.Fields)
        {
            if (field.GetProperty("field-id") is not { } text || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            _positions[id] = field.Pos;
            Ids.Add(id);
            var type = field.Schema is UnionSchema union ? union.Schemas.FirstOrDefault(s => s.Tag != Schema.Type.Null) : field.Schema;
            if ((type is ArraySchema array ? array.ItemSchema : type) is RecordSchema nested)
                _nested[id] = new(nested);
        }
    }

    /// <summary>The field ids in the writer's order.</summary>
    public List<int> Ids { get; } = [];

    public static AvroRecordLayout Of(RecordSchema record) => new(record);

    /// <summary>The layout of a record, or of an array's records, within this one.</summary>
    /// <exception cref="FormatException">The writer has no such field.</exception>
    public AvroRecordLayout Nested(int id) => _nested.GetValueOrDefault(id) ?? throw new FormatException($"The record of field {id} is missing.");

    public bool HasNested(int id) => _nested.ContainsKey(id);

    /// <summary>A field's value, or null where it is null or the writer has no such field.</summary>
    public object? Optional(object?[] record, int id) => _positions.TryGetValue(id, out var position) ? record[position] : null;

    /// <exception cref="FormatException">The field is missing or null.</exception>
    public T Required<T>(object?[] record, int id) => Optional(record, id) is T value ? value : throw new FormatException($"The required field {id} is missing.");
}
