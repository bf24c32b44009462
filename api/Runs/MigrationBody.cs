using Mammoth.Api.Problems;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Types;

namespace Mammoth.Api.Runs;

/// <summary>What a migration is to do; every field may be left out, and then is as the server was set up.</summary>
public sealed record MigrationBody
{
    /// <summary>Only plan: nothing is copied.</summary>
    public bool DryRun { get; init; }

    /// <summary>Patterns on <c>schema.table</c> (<c>*</c>, <c>?</c>); empty: all tables.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    public IReadOnlyList<string>? Exclude { get; init; }
    public EngineProfile? Profile { get; init; }
    public OnError? OnError { get; init; }
    public OnLockWaiter? OnLockWaiter { get; init; }
    public bool? NoLock { get; init; }

    /// <summary>Tables of the warehouse that came from another database may be replaced; a restored dump counts as another.</summary>
    public bool? ReplaceSource { get; init; }

    /// <summary>Connections that copy at a time, 1 to 512; more than the server has places for are not used.</summary>
    public int? Slots { get; init; }

    /// <summary>Bytes of the source that a chunk is at least cut to, and bytes at which a data file ends, 1 MiB to 10 GiB.</summary>
    public long? TargetFileSize { get; init; }

    /// <summary>Bytes a second that each process reads from the source at most, 1 MiB to 10 GiB.</summary>
    public long? MaxRate { get; init; }

    /// <summary>After so many seconds, 10 to 2,592,000, a snapshot is given up, since it holds back the source's vacuum; tables not finished start again under a new one.</summary>
    public long? MaxSnapshotAgeSeconds { get; init; }
    /// <summary>Values of more than so many bytes are streamed to objects of their own, with a reference in the table: 64 KiB to 1 GiB, or 0: none are.</summary>
    public long? LargeValueBytes { get; init; }

    /// <summary>Large objects that columns of type <c>lo</c> name are copied too.</summary>
    public bool? LargeObjects { get; init; }

    /// <summary>How many rows of a table may be set aside: a number (<c>100</c>), or a share of its rows (<c>0.5%</c>). A table with more fails.</summary>
    public string? MaxErrors { get; init; }

    /// <summary>What becomes of a value that does not fit its column.</summary>
    public TypePolicy? Policy { get; init; }

    /// <summary>Settings by pattern on <c>schema.table</c>; the server's own come last and win.</summary>
    public IReadOnlyDictionary<string, TableSettings>? Tables { get; init; }

    /// <exception cref="ProblemException">A value is out of its range.</exception>
    internal MigrationOptions Over(MigrationOptions defaults)
    {
        Patterns.Check("$.include", Include);
        Patterns.Check("$.exclude", Exclude);
        Range("$.slots", Slots, 1, 512);
        Range("$.targetFileSize", TargetFileSize, 1L << 20, 10L << 30);
        Range("$.maxRate", MaxRate, 1L << 20, 10L << 30);
        Range("$.maxSnapshotAgeSeconds", MaxSnapshotAgeSeconds, 10, 30 * 86_400);
        Budget("$.maxErrors", MaxErrors);
        if (LargeValueBytes != 0)
        {
            Range("$.largeValueBytes", LargeValueBytes, MigrationOptions.LeastLargeValueBytes, MigrationOptions.MostLargeValueBytes);
        }

        return defaults with
        {
            Include = Include ?? defaults.Include,
            Exclude = Exclude ?? defaults.Exclude,
            Profile = Profile ?? defaults.Profile,
            OnError = OnError ?? defaults.OnError,
            OnLockWaiter = OnLockWaiter ?? defaults.OnLockWaiter,
            NoLock = NoLock ?? defaults.NoLock,
            ReplaceSource = ReplaceSource ?? defaults.ReplaceSource,
            Slots = Slots is { } slots ? SlotCount.Held(slots) : defaults.Slots,
            TargetFileSize = TargetFileSize ?? defaults.TargetFileSize,
            MaxRate = MaxRate ?? defaults.MaxRate,
            MaxSnapshotAge = MaxSnapshotAgeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : defaults.MaxSnapshotAge,
            LargeValueBytes = LargeValueBytes ?? defaults.LargeValueBytes,
            LargeObjects = LargeObjects ?? defaults.LargeObjects,
            MaxErrors = MaxErrors ?? defaults.MaxErrors,
            Policy = Policy ?? defaults.Policy,
            Tables = Tables is null ? defaults.Tables : Merge(Tables, defaults.Tables),
        };
    }

    /// <summary>The server's come last, so that a request can hide more, and show nothing that the server's owner hides.</summary>
    private static OrderedDictionary<string, TableSettings> Merge(IReadOnlyDictionary<string, TableSettings> asked, IReadOnlyDictionary<string, TableSettings> owned)
    {
        var all = new OrderedDictionary<string, TableSettings>();
        foreach ((string pattern, TableSettings settings) in asked)
        {
            string path = $"$.tables['{pattern}']";
            if (settings.Filter is not null)
            {
                throw ProblemException.OfField($"{path}.filter", "SQL conditions are taken from the server's own configuration only.");
            }

            Budget($"{path}.maxErrors", settings.MaxErrors);
            if (owned.ContainsKey(pattern))
            {
                throw ProblemException.OfField(path, "The server's configuration has settings for this very pattern. Leave it out.");
            }

            all.Add(pattern, settings);
        }

        foreach ((string pattern, TableSettings settings) in owned)
        {
            all.Add(pattern, settings);
        }

        return all;
    }

    private static void Budget(string path, string? value)
    {
        if (value is not null && ErrorBudget.Parse(value) is null)
        {
            throw ProblemException.OfField(path, "The value is a number of rows, like 100, or a share of them, like 0.5%.");
        }
    }

    private static void Range(string path, long? value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw ProblemException.OfField(path, $"The value is from {least} to {most}.");
        }
    }
}
