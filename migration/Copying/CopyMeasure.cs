namespace Mammoth.Migration.Copying;

/// <summary>What one copy of a run of chunks cost.</summary>
/// <param name="SourceBytes">Of the source, as planned: heap and TOAST.</param>
/// <param name="CopyBytes">Bytes of binary COPY.</param>
/// <param name="Memory">The part of the memory there is for this process that it held, 0 to 1.</param>
/// <param name="Errors">Tries that failed before it.</param>
public sealed record CopyMeasure(long Rows, long SourceBytes, long CopyBytes, double Milliseconds, double Memory, int Errors);
