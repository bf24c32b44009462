namespace Mammoth.Iceberg.IO;

/// <summary>
/// The store refused or could not do what was asked. The message is a sentence for the user that names the place and the way out;
/// it never holds a key or a signature.
/// </summary>
public sealed class StorageException(string message, string location, Exception? inner = null) : IOException(message, inner)
{
    public string Location { get; } = location;

    /// <summary>Trying again later may succeed without anybody changing anything: the network failed, or the store is busy.</summary>
    public bool MayPass { get; init; }

    /// <summary>There is no space left: it succeeds once somebody has made some.</summary>
    public bool IsFull { get; init; }

    /// <summary>Whether a write took place is not known: its answer was lost, and what is there now does not tell.</summary>
    public bool IsUnknown { get; init; }
}
