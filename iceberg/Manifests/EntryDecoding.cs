namespace Mammoth.Iceberg.Manifests;

/// <summary>Makes manifest entries of Avro records, by the field ids of the specification ("Manifest Entry Fields", "Data File Fields").</summary>
internal sealed class EntryDecoding(AvroRecordLayout entries)
{
    private readonly AvroRecordLayout _files = entries.Nested(2);
    private readonly AvroRecordLayout? _partitions = entries.Nested(2) is var files && files.HasNested(102) ? files.Nested(102) : null;

    public ManifestEntry Entry(object?[] record) => new(
        (ManifestStatus)entries.Required<int>(record, 0),
        entries.Optional(record, 1) as long?,
        entries.Optional(record, 3) as long?,
        entries.Optional(record, 4) as long?,
        File(entries.Required<object?[]>(record, 2)));

    private DataFile File(object?[] file) => new()
    {
        Content = (FileContentKind)(_files.Optional(file, 134) as int? ?? 0),
        FilePath = _files.Required<string>(file, 100),
        FileFormat = _files.Required<string>(file, 101).ToUpperInvariant(),
        Partition = Partition(_files.Optional(file, 102) as object?[]),
        RecordCount = _files.Required<long>(file, 103),
        FileSizeInBytes = _files.Required<long>(file, 104),
        ColumnSizes = _files.Optional(file, 108) as Dictionary<int, long>,
        ValueCounts = _files.Optional(file, 109) as Dictionary<int, long>,
        NullValueCounts = _files.Optional(file, 110) as Dictionary<int, long>,
        NanValueCounts = _files.Optional(file, 137) as Dictionary<int, long>,
        LowerBounds = _files.Optional(file, 125) as Dictionary<int, byte[]>,
        UpperBounds = _files.Optional(file, 128) as Dictionary<int, byte[]>,
        SplitOffsets = (_files.Optional(file, 132) as List<object?>)?.ConvertAll(o => (long)o!),
        EqualityIds = (_files.Optional(file, 135) as List<object?>)?.ConvertAll(o => (int)o!),
        SortOrderId = _files.Optional(file, 140) as int?,
        FirstRowId = _files.Optional(file, 142) as long?,
        ReferencedDataFile = _files.Optional(file, 143) as string,
        ContentOffset = _files.Optional(file, 144) as long?,
        ContentSizeInBytes = _files.Optional(file, 145) as long?,
    };

    private Dictionary<int, object?> Partition(object?[]? values) =>
        values is null || _partitions is null ? [] : _partitions.Ids.ToDictionary(id => id, id => _partitions.Optional(values, id));
}
