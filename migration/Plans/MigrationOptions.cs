using System.Text.Json.Serialization;
using Mammoth.Migration.Types;

namespace Mammoth.Migration.Plans;

/// <summary>Which readers the tables are for; a profile rules out what that reader can't read.</summary>
public enum EngineProfile
{
    Generic,
    Spark,
    Fabric,
    Snowflake,
}

internal static class EngineProfiles
{
    /// <summary>Whether Spark reads the tables: Iceberg's reader for it knows no <c>time</c>, and before its release 1.10 no values encoded as differences. Fabric's readers, which could not be tried, are taken to be the same.</summary>
    public static bool IsForSpark(this EngineProfile profile) => profile is EngineProfile.Spark or EngineProfile.Fabric;
}

/// <summary>What a failed table does to the run.</summary>
public enum OnError
{
    /// <summary>Nothing is published.</summary>
    Stop,

    /// <summary>The good tables are published.</summary>
    Continue,
}

/// <summary>What a DDL statement waiting behind our locks does.</summary>
public enum OnLockWaiter
{
    Warn,

    /// <summary>The locks are given up; a table rewritten before it was copied then fails, as with no locks.</summary>
    Yield,
}

/// <summary>What the user asked for; recorded with the run, so that resuming uses the same.</summary>
public sealed record MigrationOptions
{
    /// <summary>Patterns on <c>schema.table</c> (<c>*</c>, <c>?</c>); empty: all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    public IReadOnlyList<string> Exclude { get; init; } = [];
    public EngineProfile Profile { get; init; } = EngineProfile.Generic;
    public OnError OnError { get; init; } = OnError.Stop;
    public OnLockWaiter OnLockWaiter { get; init; } = OnLockWaiter.Warn;

    /// <summary>Take no <c>ACCESS SHARE</c> locks; file nodes are checked after each chunk instead.</summary>
    public bool NoLock { get; init; }

    /// <summary>Tables of the warehouse that came from another database may be replaced.</summary>
    public bool ReplaceSource { get; init; }

    /// <summary>Connections that copy at a time.</summary>
    public int Slots { get; init; } = SlotCount.Here();

    /// <summary>Bytes of binary COPY that a process reads a second at most; null: as many as come.</summary>
    public long? MaxRate { get; init; }

    /// <summary>A snapshot that is as old as this is given up, since it holds back the source's vacuum; tables not finished start again under a new one. Null: never.</summary>
    public TimeSpan? MaxSnapshotAge { get; init; }

    /// <summary>From what on a table is medium or large.</summary>
    public SizeLimits Sizes { get; init; } = new();

    /// <summary>Bytes of the source that a chunk is at least cut to, and bytes at which a data file ends.</summary>
    public long TargetFileSize { get; init; } = 128L << 20;

    /// <summary>Bytes of the source that one copy takes at most: the tuner finds how many chunks it takes between one and this.</summary>
    public long MaxCopySize { get; init; } = 4L << 30;
    /// <summary>Bounds of <see cref="LargeValueBytes"/>, where it is not 0: smaller objects cost more than they are worth, and PostgreSQL has no larger values.</summary>
    public const long LeastLargeValueBytes = 64L << 10;

    /// <inheritdoc cref="LeastLargeValueBytes"/>
    public const long MostLargeValueBytes = 1L << 30;

    /// <summary>Values of more than so many bytes become objects of their own, with a reference in the table; 0: none do.</summary>
    public long LargeValueBytes { get; init; } = 10L << 20;

    /// <summary>Large objects that columns of type <c>lo</c> name are copied too.</summary>
    public bool LargeObjects { get; init; }

    /// <summary>zstd level.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>What to do with unfit values where no table or column says otherwise.</summary>
    public TypePolicy Policy { get; init; } = TypePolicy.String;

    /// <summary>How many rows of a table may be set aside where none of its settings says otherwise: <c>100</c>, <c>0.5%</c> (<see cref="Quarantine.ErrorBudget"/>); null: any number.</summary>
    public string? MaxErrors { get; init; }

    /// <summary>Of a rehearsal of recovery: bytes of files that it reads at most; null: <see cref="Recovery.RecoveryChoice.DefaultBytes"/>.</summary>
    // Left out where it is null: what is remembered of a request that was made before there was this member stays what it is.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MaxRehearsalBytes { get; init; }

    /// <summary>Settings by pattern on <c>schema.table</c>; the last match of a setting wins.</summary>
    public IReadOnlyDictionary<string, TableSettings> Tables { get; init; } = new Dictionary<string, TableSettings>();
}

/// <summary>Settings of the tables that match a pattern.</summary>
public sealed record TableSettings
{
    /// <summary>Columns not copied.</summary>
    public IReadOnlyList<string> Omit { get; init; } = [];

    /// <summary>Large values of equal bytes share one object, also with those of earlier runs.</summary>
    public bool? ShareLargeValues { get; init; }

    /// <summary>Columns of type <c>oid</c> that name large objects, which are copied too.</summary>
    public IReadOnlyList<string> LargeObjects { get; init; } = [];

    /// <summary>An SQL condition; rows for which it is not true are not copied.</summary>
    public string? Filter { get; init; }

    /// <summary>By column: <c>hash</c>, <c>null</c>, or <c>constant:&lt;text&gt;</c>.</summary>
    public IReadOnlyDictionary<string, string> Mask { get; init; } = new Dictionary<string, string>();

    /// <summary>How many of the table's rows may be set aside.</summary>
    public string? MaxErrors { get; init; }

    /// <summary>The policy of the table's columns.</summary>
    public TypePolicy? Policy { get; init; }

    /// <summary>The policy by column.</summary>
    public IReadOnlyDictionary<string, TypePolicy> Policies { get; init; } = new Dictionary<string, TypePolicy>();
}
