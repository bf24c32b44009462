using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Manifests;

/// <summary>The schemas of manifests and manifest lists in format version 2, in the order and words of the reference implementation.</summary>
internal static class ManifestSchemas
{
    public static Schema List { get; } = new(0,
    [
        Required(500, "manifest_path", PrimitiveType.String, "Location URI with FS scheme"),
        Required(501, "manifest_length", PrimitiveType.Long, "Total file size in bytes"),
        Required(502, "partition_spec_id", PrimitiveType.Int, "Spec ID used to write"),
        Required(517, "content", PrimitiveType.Int, "Contents of the manifest: 0=data, 1=deletes"),
        Required(515, "sequence_number", PrimitiveType.Long, "Sequence number when the manifest was added"),
        Required(516, "min_sequence_number", PrimitiveType.Long, "Lowest sequence number in the manifest"),
        Required(503, "added_snapshot_id", PrimitiveType.Long, "Snapshot ID that added the manifest"),
        Required(504, "added_files_count", PrimitiveType.Int, "Added entry count"),
        Required(505, "existing_files_count", PrimitiveType.Int, "Existing entry count"),
        Required(506, "deleted_files_count", PrimitiveType.Int, "Deleted entry count"),
        Required(512, "added_rows_count", PrimitiveType.Long, "Added rows count"),
        Required(513, "existing_rows_count", PrimitiveType.Long, "Existing rows count"),
        Required(514, "deleted_rows_count", PrimitiveType.Long, "Deleted rows count"),
        Optional(507, "partitions", new ListType(508, new StructType(
        [
            Required(509, "contains_null", PrimitiveType.Boolean, "True if any file has a null partition value"),
            Optional(518, "contains_nan", PrimitiveType.Boolean, "True if any file has a nan partition value"),
            Optional(510, "lower_bound", PrimitiveType.Binary, "Partition lower bound for all files"),
            Optional(511, "upper_bound", PrimitiveType.Binary, "Partition upper bound for all files"),
        ]), true), "Summary for each partition"),
        Optional(519, "key_metadata", PrimitiveType.Binary, "Encryption key metadata blob"),
    ], []);

    public static Schema Entry(StructType partition) => new(0,
    [
        Required(0, "status", PrimitiveType.Int),
        Optional(1, "snapshot_id", PrimitiveType.Long),
        Optional(3, "sequence_number", PrimitiveType.Long),
        Optional(4, "file_sequence_number", PrimitiveType.Long),
        Required(2, "data_file", new StructType(
        [
            Required(134, "content", PrimitiveType.Int, "Contents of the file: 0=data, 1=position deletes, 2=equality deletes"),
            Required(100, "file_path", PrimitiveType.String, "Location URI with FS scheme"),
            Required(101, "file_format", PrimitiveType.String, "File format name: avro, orc, or parquet"),
            Required(102, "partition", partition, "Partition data tuple, schema based on the partition spec"),
            Required(103, "record_count", PrimitiveType.Long, "Number of records in the file"),
            Required(104, "file_size_in_bytes", PrimitiveType.Long, "Total file size in bytes"),
            Optional(108, "column_sizes", Map(117, 118, PrimitiveType.Long), "Map of column id to total size on disk"),
            Optional(109, "value_counts", Map(119, 120, PrimitiveType.Long), "Map of column id to total count, including null and NaN"),
            Optional(110, "null_value_counts", Map(121, 122, PrimitiveType.Long), "Map of column id to null value count"),
            Optional(137, "nan_value_counts", Map(138, 139, PrimitiveType.Long), "Map of column id to number of NaN values in the column"),
            Optional(125, "lower_bounds", Map(126, 127, PrimitiveType.Binary), "Map of column id to lower bound"),
            Optional(128, "upper_bounds", Map(129, 130, PrimitiveType.Binary), "Map of column id to upper bound"),
            Optional(131, "key_metadata", PrimitiveType.Binary, "Encryption key metadata blob"),
            Optional(132, "split_offsets", new ListType(133, PrimitiveType.Long, true), "Splittable offsets"),
            Optional(135, "equality_ids", new ListType(136, PrimitiveType.Int, true), "Equality comparison field IDs"),
            Optional(140, "sort_order_id", PrimitiveType.Int, "Sort order ID"),
            Optional(143, "referenced_data_file", PrimitiveType.String, "Fully qualified location (URI with FS scheme) of a data file that all deletes reference"),
        ])),
    ], []);

    private static NestedField Required(int id, string name, IcebergType type, string? doc = null) => new(id, name, true, type, doc);

    private static NestedField Optional(int id, string name, IcebergType type, string? doc = null) => new(id, name, false, type, doc);

    private static MapType Map(int keyId, int valueId, IcebergType value) => new(keyId, PrimitiveType.Int, valueId, value, true);
}
