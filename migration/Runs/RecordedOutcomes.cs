namespace Mammoth.Migration.Runs;

/// <summary>Where the outcomes of an epoch's groups of tables lie, linked to those of the epochs before: however often a run begins again, its history holds one path.</summary>
/// <param name="Previous">What was recorded before, or null.</param>
/// <param name="Groups">Locations of <see cref="RunOutcomes"/>.</param>
public sealed record RecordedOutcomes(string? Previous, IReadOnlyList<string> Groups)
{
    /// <returns>The record's location.</returns>
    public static Task<string> Add(MigrationSite site, string run, string? previous, IReadOnlyList<string> groups, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        return folder.Write(folder.Fresh("outcomes/recorded"), new RecordedOutcomes(previous, groups), cancellation);
    }

    /// <summary>The locations of all groups' outcomes, the earliest first.</summary>
    public static async Task<IReadOnlyList<string>> Locations(MigrationSite site, string run, string? last, CancellationToken cancellation) =>
        [.. (await site.Folder(run).ReadChain<RecordedOutcomes>(last, r => r.Previous, cancellation)).SelectMany(r => r.Groups)];
}
