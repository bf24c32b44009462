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

    /// <summary>The items of a list, or null where it is null or the writer has no such field.</summary>
    /// <exception cref="FormatException">An item is null, or of another kind.</exception>
    public List<T>? Items<T>(object?[] record, int id) => Optional(record, id) is not List<object?> items ? null
        : items.ConvertAll(item => item is T value ? value : throw new FormatException($"The list of field {id} has an item of another kind."));

    /// <summary>A value that stands for one of a few.</summary>
    /// <param name="absent">The value where the writer has no such field.</param>
    /// <exception cref="FormatException">It is none of them: what it means is not known, and must not be guessed.</exception>
    public T Choice<T>(object?[] record, int id, T absent) where T : struct, Enum => Optional(record, id) switch
    {
        null => absent,
        int number when Enum.IsDefined(typeof(T), number) => (T)Enum.ToObject(typeof(T), number),
        var other => throw new FormatException($"Field {id} is {other}, which is no {typeof(T).Name} that this program knows."),
    };

    /// <summary>A number of rows, bytes or files.</summary>
    /// <exception cref="FormatException">It is missing, or below zero.</exception>
    public long Amount(object?[] record, int id) => Required<long>(record, id) is >= 0 and var amount ? amount : throw new FormatException($"Field {id} is below zero.");

    /// <exception cref="FormatException">The field is missing or null.</exception>
    public T Required<T>(object?[] record, int id) => Optional(record, id) is T value ? value : throw new FormatException($"The required field {id} is missing.");
}
