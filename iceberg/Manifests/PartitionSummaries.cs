using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Manifests;

/// <summary>Gathers the partition summaries of a manifest while its entries are written.</summary>
internal sealed class PartitionSummaries(StructType partition)
{
    private readonly Field[] _fields = [.. partition.Fields.Select(_ => new Field())];

    public void Add(DataFile file)
    {
        for (var i = 0; i < _fields.Length; i++)
            _fields[i].Add(file.Partition.GetValueOrDefault(partition.Fields[i].Id));
    }

    /// <summary>One summary per partition field; none for an unpartitioned table.</summary>
    public IReadOnlyList<PartitionSummary> Build() => [.. _fields.Select((field, i) => field.Build(partition.Fields[i].Type))];

    private sealed class Field
    {
        private bool _null;
        private bool _nan;
        private object? _lower;
        private object? _upper;

        public void Add(object? value)
        {
            if (value is null)
                _null = true;
            else if (value is float.NaN or double.NaN)
                _nan = true;
            else
            {
                _lower = _lower is null || ValueOrder.Compare(value, _lower) < 0 ? value : _lower;
                _upper = _upper is null || ValueOrder.Compare(value, _upper) > 0 ? value : _upper;
            }
        }

        public PartitionSummary Build(IcebergType type) => new(
            _null,
            _nan,
            _lower is null ? null : SingleValue.Serialize(type, _lower),
            _upper is null ? null : SingleValue.Serialize(type, _upper));
    }
}
