namespace Mammoth.Iceberg.Manifests;

/// <summary>
/// A schema that goes into a file's header as it was spelled. The Avro library drops <c>"logicalType":"map"</c> from arrays when it prints a schema
/// it parsed, and readers of the format need it.
/// </summary>
internal sealed class ExactSchema(string json) : Avro.Schema(Type.Record, null)
{
    public override string Name => "exact";

    public override string ToString() => json;
}
