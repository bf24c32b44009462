namespace Mammoth.Migration.LargeValues;

/// <summary>The list of large values that the rows of one chunk refer to.</summary>
/// <param name="Location">Where it lies.</param>
/// <param name="Attempt">With what the names of the chunk's data files and objects begin.</param>
/// <param name="Values">How many there are.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record LargeValueList(string Location, string Attempt, int Values, long Bytes);
