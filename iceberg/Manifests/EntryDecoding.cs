namespace Mammoth.Iceberg.Manifests;

/// <summary>Makes manifest entries of Avro records, by the field ids of the specification ("Manifest Entry Fields", "Data File Fields").</summary>
internal sealed class EntryDecoding(AvroRecordLayout entries)
{
    private readonly AvroRecordLayout _files = entries.Nested(2);
    private readonly AvroRecordLayout? _partitions = entries.Nested(2) is var files && files.HasNested(102) ? files.Nested(102) : null;

    public ManifestEntry Entry(object?[] record) => new(
        entries.Optional(record, 0) is null ? throw new FormatException("The required field 0 is missing.") : entries.Choice(record, 0, ManifestStatus.Existing),
        entries.Optional(record, 1) as long?,
        entries.Optional(record, 3) as long?,
        entries.Optional(record, 4) as long?,
        File(entries.Required<object?[]>(record, 2)));

    private DataFile File(object?[] file) => new()
    {
        Content = _files.Choice(file, 134, FileContentKind.Data),
        FilePath = _files.Required<string>(file, 100),
        FileFormat = _files.Required<string>(file, 101).ToUpperInvariant(),
        Partition = Partition(_files.Optional(file, 102) as object?[]),
        RecordCount = _files.Amount(file, 103),
        FileSizeInBytes = _files.Amount(file, 104),
        ColumnSizes = _files.Optional(file, 108) as Dictionary<int, long>,
        ValueCounts = _files.Optional(file, 109) as Dictionary<int, long>,
        NullValueCounts = _files.Optional(file, 110) as Dictionary<int, long>,
        NanValueCounts = _files.Optional(file, 137) as Dictionary<int, long>,
        LowerBounds = _files.Optional(file, 125) as Dictionary<int, byte[]>,
        UpperBounds = _files.Optional(file, 128) as Dictionary<int, byte[]>,
        SplitOffsets = _files.Items<long>(file, 132),
        EqualityIds = _files.Items<int>(file, 135),
        SortOrderId = _files.Optional(file, 140) as int?,
        FirstRowId = _files.Optional(file, 142) as long?,
        ReferencedDataFile = _files.Optional(file, 143) as string,
        ContentOffset = _files.Optional(file, 144) as long?,
        ContentSizeInBytes = _files.Optional(file, 145) as long?,
    };

    private Dictionary<int, object?> Partition(object?[]? values) =>
        values is null || _partitions is null ? [] : _partitions.Ids.Distinct().ToDictionary(id => id, id => _partitions.Optional(values, id));
}
