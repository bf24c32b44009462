namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>The object of a large value is gone, or holds something else than was written.</summary>
public sealed class LargeValueException(string location, string why, Exception? inner = null) : IOException($"The large value {location} {why}.", inner)
{
    /// <summary>The object's full URI.</summary>
    public string Location { get; } = location;
}
