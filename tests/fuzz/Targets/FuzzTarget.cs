namespace Mammoth.Fuzz.Targets;

/// <summary>A reader that is given arbitrary bytes.</summary>
/// <param name="Name">As the command and the folder of its corpus call it.</param>
/// <param name="Read">Reads them. Returns where they were read or refused as the reader says; whatever it throws is a finding.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Read)
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("copy", CopyStreamTarget.Read),
        new("protocol", ProtocolTarget.Read),
        new("avro", AvroTarget.Read),
        new("metadata", JsonTarget.Metadata),
        new("catalog", JsonTarget.Catalog),
        new("configuration", ConfigurationTarget.Read),
        new("deletes", DeletesTarget.Read),
        new("parquet", ParquetTarget.Read),
    ];
}

/// <summary>A reader did what it may not.</summary>
internal sealed class FindingException(string what, Exception? cause = null) : Exception(what, cause)
{
    /// <summary>Says so of an error that does not say where.</summary>
    public static void Unless(bool isSaid, Exception refusal)
    {
        if (!isSaid)
            throw new FindingException($"The refusal does not say where: {refusal.Message}", refusal);
    }
}
