using Mammoth.Iceberg.IO;

namespace Mammoth.Migration.Cleaning;

/// <summary>What lies in a warehouse and nothing refers to.</summary>
/// <param name="Files">Those that may go.</param>
/// <param name="Kept">Unfinished runs, and what they hold: each may be gone on with, and then names its files.</param>
/// <param name="Young">Files that nothing refers to, and that are younger than the limit: somebody may be about to.</param>
public sealed record OrphanList(IReadOnlyList<FileEntry> Files, IReadOnlyList<UnfinishedFiles> Kept, int Young);

/// <summary>Files of a run that has not ended.</summary>
public sealed record UnfinishedFiles(string Run, int Files, long Bytes);
