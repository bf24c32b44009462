namespace Mammoth.Postgres.Copy;

/// <summary>One column of a COPY stream.</summary>
/// <param name="Name">The column's name, which the Arrow field takes.</param>
/// <param name="Type">Its wire form.</param>
public sealed record CopyColumn(string Name, CopyType Type);
