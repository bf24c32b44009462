using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Mammoth.Cli.Options;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Errors;

namespace Mammoth.Cli.Tables;

/// <summary>The options that choose the state of a table: by snapshot, by time, by tag or branch; else the current one.</summary>
internal sealed class SnapshotChoice
{
    private readonly Option<long?> snapshot = new("--snapshot")
    {
        Description = "As of the snapshot with this id.",
        HelpName = "id",
        CustomParser = result => WholeNumber.Parse(result, "--snapshot"),
    };

    private readonly Option<string?> timestamp = new("--timestamp") { Description = "As of this time, ISO 8601; UTC where no zone is given.", HelpName = "time" };
    private readonly Option<string?> tag = new("--tag") { Description = "As of this tag or branch.", HelpName = "name" };

    /// <summary>ISO 8601 alone: other forms are read as one day here and as another there.</summary>
    private static readonly string[] Forms =
    [
        .. from time in (string[])["", "THH:mm", "THH:mm:ss", "THH:mm:ss.FFFFFFF", " HH:mm", " HH:mm:ss", " HH:mm:ss.FFFFFFF"]
           from zone in (string[])["", "zzz", "zz", "'Z'"]
           where time.Length > 0 || zone.Length == 0
           select $"yyyy-MM-dd{time.Replace("T", "'T'", StringComparison.Ordinal)}{zone}",
    ];

    public void AddTo(Command command)
    {
        command.Options.Add(snapshot);
        command.Options.Add(timestamp);
        command.Options.Add(tag);
        command.Validators.Add(result =>
        {
            if (new Option[] { snapshot, timestamp, tag }.Count(o => result.GetResult(o) is OptionResult { Implicit: false }) > 1)
                result.AddError("--snapshot, --timestamp and --tag exclude one another.");
        });
    }

    /// <summary>The snapshot chosen; null where the table has none yet.</summary>
    /// <exception cref="UsageException">There is no such snapshot.</exception>
    public Snapshot? Of(LoadedTable table, ParseResult parsed)
    {
        TableMetadata metadata = table.Metadata;
        if (parsed.GetValue(snapshot) is { } id)
            return metadata.FindSnapshot(id) ?? throw new UsageException($"{table.Identifier} has no snapshot {id}.", Hint(table));

        if (parsed.GetValue(tag) is { } name)
            return metadata.FindSnapshot(name) ?? throw new UsageException($"{table.Identifier} has no tag or branch {name}.", Hint(table));

        if (parsed.GetValue(timestamp) is { } text)
        {
            if (!DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
                throw new UsageException($"'{text}' is no time.", "Give it like 2026-03-01T12:00:00Z.");

            return metadata.SnapshotAsOf(time) ?? throw new UsageException($"{table.Identifier} did not exist at {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.", Hint(table));
        }

        return metadata.CurrentSnapshot;
    }

    private static string Hint(LoadedTable table) => $"`mammoth tables snapshots {table.Identifier}` shows those there are.";
}
