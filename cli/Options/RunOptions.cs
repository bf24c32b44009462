using System.CommandLine;
using System.Globalization;
using Mammoth.Migration.Configuration;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;

namespace Mammoth.Cli.Options;

/// <summary>The options of what a migration does, the same for all commands that plan or run one.</summary>
internal sealed class RunOptions
{
    private readonly Option<string[]> include = Include();
    private readonly Option<string[]> exclude = Exclude();
    private readonly Option<FileInfo?> config = new("--config", "-c") { Description = "A JSON file with settings per table: columns left out, a row filter, masks, type policies (docs/mammoth.schema.json).", HelpName = "file" };
    private readonly Option<EngineProfile> profile = WordOption.Create<EngineProfile>("--profile", "For whose eyes: what that engine can't read is written in another way.");
    private readonly Option<bool> noLock = new("--no-lock") { Description = "Take no locks on the tables; what is rewritten meanwhile is noticed, and fails." };
    private readonly Option<bool> replaceSource = ReplaceSource();
    private readonly Option<OnLockWaiter> onLockWaiter = WordOption.Create<OnLockWaiter>("--on-lock-waiter", "A statement waits behind our locks: warn, or yield the locks.");
    private readonly Option<OnError> onError = WordOption.Create<OnError>("--on-error", "A table failed: stop (publish nothing), or continue (publish the others).");
    private readonly Option<string?> maxErrors = new("--max-errors")
    {
        Description = "How many rows of a table may be set aside (policy quarantine): a number, such as 100, or a share of its rows, such as 0.5%. A table with more fails.",
        HelpName = "number or percent",
        CustomParser = result => ErrorBudget.Parse(result.Tokens[0].Value) is { } budget ? budget.ToString() : RefuseBudget(result),
    };
    private readonly Option<int?> slots = new("--slots") { Description = "Connections to the source that copy at a time.", HelpName = "number" };
    private readonly Option<long?> maxRate = new("--max-rate")
    {
        Description = "Bytes a second that are read from the source at most, such as 50MB; over all connections of this process.",
        HelpName = "size",
        CustomParser = result => ByteSize.Parse(WithoutSecond(result.Tokens[0].Value)) is { } bytes ? bytes : Refuse(result, "size for --max-rate: give it like 50MB, from 1MB to 10GB"),
    };
    private readonly Option<int?> maxConnections = new("--max-connections") { Description = "Connections to the source that a run holds at most. One each is for the snapshot, the locks and pg_dump; the others copy, no more than --slots.", HelpName = "number" };
    private readonly Option<TimeSpan?> maxSnapshotAge = new("--max-snapshot-age")
    {
        Description = "Give up a snapshot that is so old, such as 2h, since it holds back the source's vacuum; tables not finished start again under a new one.",
        HelpName = "time",
        CustomParser = result => Age.Parse(result.Tokens[0].Value) is { } age ? age : RefuseAge(result),
    };
    private readonly Option<long?> targetFileSize = new("--target-file-size")
    {
        Description = "Bytes of the source in a chunk, and the size at which a data file is cut, such as 128MB: files get no larger, and smaller the better the rows compress.",
        HelpName = "size",
        CustomParser = result => ByteSize.Parse(result.Tokens[0].Value) is { } bytes ? bytes : Refuse(result, "size for --target-file-size: give it like 128MB, from 1MB to 10GB"),
    };

    private readonly Option<bool> largeObjects = new("--large-objects") { Description = "Copy the large objects that columns of type lo name, each to an object of its own; of columns of type oid, those that the configuration names." };

    private readonly Option<long?> largeValues = new("--large-values")
    {
        Description = "Values of more than so many bytes (bytea, text, json, xml) are streamed to objects of their own, with a reference in the table; from 64kB to 1GB, or 0: none are.",
        HelpName = "size",
        CustomParser = result => ByteSize.Parse(result.Tokens[0].Value, 0, MigrationOptions.MostLargeValueBytes) is { } bytes and (0 or >= MigrationOptions.LeastLargeValueBytes) ? bytes : RefuseLarge(result),
    };

    public static Option<string[]> Include() => new("--include", "-i") { Description = "Only tables that match schema.table; * and ? are wildcards. May be given more than once.", HelpName = "pattern" };

    public static Option<string[]> Exclude() => new("--exclude", "-x") { Description = "Not the tables that match. May be given more than once.", HelpName = "pattern" };

    public static Option<bool> ReplaceSource() => new("--replace-source") { Description = "Tables of the warehouse that came from another database may be replaced (a restored dump counts as another)." };

    /// <summary>The options that matter before anything is copied.</summary>
    public RunOptions AddPlanningTo(Command command)
    {
        foreach (Option option in new Option[] { include, exclude, config, profile, targetFileSize, largeValues, largeObjects, replaceSource })
            command.Options.Add(option);

        return this;
    }

    /// <summary>Of those, the ones that decide which tables and columns there are, and of which types.</summary>
    public RunOptions AddComparingTo(Command command)
    {
        foreach (Option option in new Option[] { include, exclude, config, profile, replaceSource })
            command.Options.Add(option);

        return this;
    }

    /// <summary>Those that matter while copying.</summary>
    public RunOptions AddRunningTo(Command command)
    {
        slots.Validators.Add(result =>
        {
            // Asking for the value would throw where it is no number.
            if (!int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int number) || number is < 1 or > 512)
                result.AddError("--slots is a number from 1 to 512.");
        });
        maxConnections.Validators.Add(result =>
        {
            if (!int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int number) || number is < SlotCount.FewestConnections or > 512)
                result.AddError($"--max-connections is a number from {SlotCount.FewestConnections} to 512.");
        });
        foreach (Option option in new Option[] { onError, maxErrors, noLock, onLockWaiter, slots, maxConnections, maxRate, maxSnapshotAge })
            command.Options.Add(option);

        return this;
    }

    /// <summary>What the user asked for, with the configuration file read.</summary>
    public async Task<MigrationOptions> OfAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        MigrationOptions given = new();
        given = given with
        {
            Include = parsed.GetValue(include) ?? [],
            Exclude = parsed.GetValue(exclude) ?? [],
            Profile = parsed.GetValue(profile),
            OnError = parsed.GetValue(onError),
            MaxErrors = parsed.GetValue(maxErrors),
            OnLockWaiter = parsed.GetValue(onLockWaiter),
            NoLock = parsed.GetValue(noLock),
            ReplaceSource = parsed.GetValue(replaceSource),
            Slots = Math.Min(parsed.GetValue(slots) is { } asked ? Held(asked) : given.Slots, parsed.GetValue(maxConnections) is { } connections ? SlotCount.Within(connections) : int.MaxValue),
            MaxRate = parsed.GetValue(maxRate),
            MaxSnapshotAge = parsed.GetValue(maxSnapshotAge),
            LargeObjects = parsed.GetValue(largeObjects),
            TargetFileSize = parsed.GetValue(targetFileSize) ?? given.TargetFileSize,
        };
        MigrationOptions all = parsed.GetValue(config) is { } file ? await ConfigurationFile.Read(file.FullName, given, cancellationToken) : given;
        return all with { LargeValueBytes = parsed.GetValue(largeValues) ?? all.LargeValueBytes };
    }

    /// <summary>What the user should know of what was asked for, or null.</summary>
    public string? Remark { get; private set; }

    private int Held(int asked)
    {
        int held = SlotCount.Held(asked);
        if (held < asked)
            Remark = string.Create(CultureInfo.InvariantCulture, $"--slots {asked} is more than this process's memory holds ({MemoryUse.Budget() / 1e6:0} MB): it copies {held} at a time.");
        return held;
    }

    private static long? RefuseLarge(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"'{result.Tokens[0].Value}' is no size for --large-values: give it like 10MB, from 64kB to 1GB, or 0.");
        return null;
    }

    private static long? Refuse(System.CommandLine.Parsing.ArgumentResult result, string wanted)
    {
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{result.Tokens[0].Value}' is no {wanted}."));
        return null;
    }

    private static string? RefuseBudget(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"'{result.Tokens[0].Value}' is no limit for --max-errors: give it as a number of rows, like 100, or a share of them, like 0.5%.");
        return null;
    }

    private static TimeSpan? RefuseAge(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"'{result.Tokens[0].Value}' is no time for --max-snapshot-age: give it like 90m, 2h or 1d, from 10s on.");
        return null;
    }

    private static string WithoutSecond(string rate) => rate.EndsWith("/s", StringComparison.OrdinalIgnoreCase) ? rate[..^2] : rate;
}
