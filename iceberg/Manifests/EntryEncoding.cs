using System.Numerics;
using Avro.IO;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Manifests;

/// <summary>Manifest entries as Avro bytes, in the order of <see cref="ManifestSchemas.Entry"/>.</summary>
internal sealed class EntryEncoding(StructType partition)
{
    public void Write(ManifestEntry entry, Encoder to)
    {
        to.WriteInt((int)entry.Status);
        Optional(to, entry.SnapshotId);
        Optional(to, entry.SequenceNumber);
        Optional(to, entry.FileSequenceNumber);
        var file = entry.File;
        to.WriteInt((int)file.Content);
        to.WriteString(file.FilePath);
        to.WriteString(file.FileFormat);
        foreach (var field in partition.Fields)
            PartitionValue(to, field.Type, file.Partition.GetValueOrDefault(field.Id));
        to.WriteLong(file.RecordCount);
        to.WriteLong(file.FileSizeInBytes);
        Counts(to, file.ColumnSizes);
        Counts(to, file.ValueCounts);
        Counts(to, file.NullValueCounts);
        Counts(to, file.NanValueCounts);
        Bounds(to, file.LowerBounds);
        Bounds(to, file.UpperBounds);
        to.WriteUnionIndex(0); // key_metadata: nothing is encrypted here.
        List(to, file.SplitOffsets, to.WriteLong);
        List(to, file.EqualityIds, to.WriteInt);
        Optional(to, file.SortOrderId);
        if (file.ReferencedDataFile is { } referenced)
        {
            to.WriteUnionIndex(1);
            to.WriteString(referenced);
        }
        else
        {
            to.WriteUnionIndex(0);
        }
    }

    private static void Optional(Encoder to, long? value)
    {
        to.WriteUnionIndex(value is null ? 0 : 1);
        if (value is { } number)
            to.WriteLong(number);
    }

    private static void Optional(Encoder to, int? value)
    {
        to.WriteUnionIndex(value is null ? 0 : 1);
        if (value is { } number)
            to.WriteInt(number);
    }

    private static void Counts(Encoder to, IReadOnlyDictionary<int, long>? counts) =>
        Pairs(to, counts, to.WriteLong);

    private static void Bounds(Encoder to, IReadOnlyDictionary<int, byte[]>? bounds) =>
        Pairs(to, bounds, to.WriteBytes);

    private static void Pairs<T>(Encoder to, IReadOnlyDictionary<int, T>? pairs, Action<T> write)
    {
        to.WriteUnionIndex(pairs is null ? 0 : 1);
        if (pairs is null)
            return;
        to.WriteArrayStart();
        to.SetItemCount(pairs.Count);
        foreach (var (key, value) in pairs)
        {
            to.StartItem();
            to.WriteInt(key);
            write(value);
        }
        to.WriteArrayEnd();
    }

    private static void List<T>(Encoder to, IReadOnlyList<T>? items, Action<T> write)
    {
        to.WriteUnionIndex(items is null ? 0 : 1);
        if (items is null)
            return;
        to.WriteArrayStart();
        to.SetItemCount(items.Count);
        foreach (var item in items)
        {
            to.StartItem();
            write(item);
        }
        to.WriteArrayEnd();
    }

    private static void PartitionValue(Encoder to, IcebergType type, object? value)
    {
        to.WriteUnionIndex(value is null ? 0 : 1);
        switch (value)
        {
            case null:
                return;
            case bool b:
                to.WriteBoolean(b);
                return;
            case int i:
                to.WriteInt(i);
                return;
            case long l:
                to.WriteLong(l);
                return;
            case float f:
                to.WriteFloat(f);
                return;
            case double d:
                to.WriteDouble(d);
                return;
            case string s:
                to.WriteString(s);
                return;
            case Guid g:
                to.WriteFixed(g.ToByteArray(bigEndian: true));
                return;
            case BigInteger unscaled when type is DecimalType decimals:
                to.WriteFixed(Extended(unscaled, AvroSchemaText.DecimalLength(decimals.Precision)));
                return;
            case byte[] bytes when type is FixedType:
                to.WriteFixed(bytes);
                return;
            case byte[] bytes:
                to.WriteBytes(bytes);
                return;
            default:
                throw new ArgumentException($"A {value.GetType().Name} is no partition value of type {type}.", nameof(value));
        }
    }

    // Avro's fixed decimals are two's complement of the whole length.
    private static byte[] Extended(BigInteger unscaled, int length)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(unscaled.Sign < 0 ? (byte)0xFF : (byte)0);
        var minimal = unscaled.ToByteArray(isBigEndian: true);
        minimal.CopyTo(bytes, length - minimal.Length);
        return bytes;
    }
}
