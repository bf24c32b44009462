using System.CommandLine;
using System.Net;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;

namespace Mammoth.Cli.Serve;

/// <summary><c>mammoth serve</c>: the API on this machine.</summary>
internal static class ServeCommand
{
    public const string ScheduleVariable = "MAMMOTH_SCHEDULE";
    public const string VerificationScheduleVariable = "MAMMOTH_VERIFICATION_SCHEDULE";
    public const string DriftScheduleVariable = "MAMMOTH_DRIFT_SCHEDULE";
    public const string MaintenanceScheduleVariable = "MAMMOTH_MAINTENANCE_SCHEDULE";
    public const string RehearsalScheduleVariable = "MAMMOTH_REHEARSAL_SCHEDULE";

    public static Command Create(Terminal terminal)
    {
        Option<string?> source = Source.Option();
        Option<string?> warehouse = WarehouseOption.Create();
        Option<string> listen = new("--listen") { Description = "Address and port. Port 0: one that is free.", HelpName = "address:port", DefaultValueFactory = _ => "127.0.0.1:8080" };
        Option<FileInfo?> keys = ServeKeyCommand.File();
        Option<bool> noAuth = new("--no-auth") { Description = "Ask for no key. On this machine's own addresses only." };
        Option<string?> schedule = new("--schedule") { Description = $"When to migrate by itself: a cron expression in UTC, such as \"0 3 * * *\". Else {ScheduleVariable}; empty: never.", HelpName = "cron" };
        Option<string?> verification = new("--verify-schedule") { Description = $"When to verify the published tables by itself, likewise. Else {VerificationScheduleVariable}; empty: never.", HelpName = "cron" };
        Option<string?> drift = new("--drift-schedule") { Description = $"When to look for differences between the source and what the warehouse has of it by itself (mammoth drift), likewise; each is a warning in the log. Else {DriftScheduleVariable}; empty: never.", HelpName = "cron" };
        Option<string?> maintenance = new("--clean-schedule") { Description = $"When to delete files of tables to which nothing refers and that are older than three days (mammoth clean), likewise. Else {MaintenanceScheduleVariable}; empty: never.", HelpName = "cron" };
        Option<string?> rehearsal = new("--rehearsal-schedule") { Description = $"When to bring published tables back into the server of --rehearsal-target by itself, and compare (mammoth rehearse), likewise. Else {RehearsalScheduleVariable}; empty: never.", HelpName = "cron" };
        Option<string?> rehearsalTarget = new("--rehearsal-target") { Description = $"The PostgreSQL server on which recovery is rehearsed: a connection string or postgres://user@host/database of a role that may create databases. Else {RehearsalServer.Variable}.", HelpName = "connection" };
        Option<string?> authority = new("--token-authority") { Description = "Take tokens (JWT) of this issuer too, such as https://login.microsoftonline.com/<tenant>/v2.0.", HelpName = "url" };
        Option<string?> audience = new("--token-audience") { Description = "The audience that tokens must be for.", HelpName = "name" };
        Option<string> role = new("--token-role") { Description = "The role that tokens must carry.", HelpName = "role", DefaultValueFactory = _ => "Mammoth.Operate" };
        Option<DirectoryInfo?> state = new("--state") { Description = "Where the journal of what runs is kept. Else a folder in the user's application data.", HelpName = "folder" };
        RunOptions options = new();
        CommandWithExamples command = new(
            "serve", "Serve the HTTP API and the Iceberg catalog of a warehouse, and migrate on a schedule. What ran when it stopped goes on when it is started again.",
            "mammoth serve --source postgres://me@localhost/shop --warehouse ./lake",
            "mammoth serve --warehouse ./lake --schedule \"0 3 * * *\" --config mammoth.json",
            "mammoth serve key create --name laptop")
        {
            source, warehouse, listen, keys, noAuth, schedule, verification, drift, maintenance, rehearsal, rehearsalTarget, authority, audience, role, state,
        };
        options.AddPlanningTo(command).AddRunningTo(command);
        command.Subcommands.Add(ServeKeyCommand.Create(terminal, keys));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            MigrationOptions defaults = await options.OfAsync(parsed, cancellationToken);
            ServeSettings settings = new()
            {
                Source = Source.Of(parsed.GetValue(source)),
                Warehouse = WarehouseOption.Of(parsed.GetValue(warehouse)),
                Defaults = defaults,
                Listen = Address(parsed.GetRequiredValue(listen)),
                Keys = ServeKeyCommand.Of(parsed.GetValue(keys)),
                NoAuth = parsed.GetValue(noAuth),
                Schedule = Schedule.Parse(parsed.GetValue(schedule) ?? Environment.GetEnvironmentVariable(ScheduleVariable)),
                VerificationSchedule = Schedule.Parse(parsed.GetValue(verification) ?? Environment.GetEnvironmentVariable(VerificationScheduleVariable)),
                DriftSchedule = Schedule.Parse(parsed.GetValue(drift) ?? Environment.GetEnvironmentVariable(DriftScheduleVariable)),
                MaintenanceSchedule = Schedule.Parse(parsed.GetValue(maintenance) ?? Environment.GetEnvironmentVariable(MaintenanceScheduleVariable)),
                RehearsalSchedule = Schedule.Parse(parsed.GetValue(rehearsal) ?? Environment.GetEnvironmentVariable(RehearsalScheduleVariable)),
                RehearsalTarget = (parsed.GetValue(rehearsalTarget) ?? Environment.GetEnvironmentVariable(RehearsalServer.Variable)) is { Length: > 0 } target ? Source.Parse(target) : null,
                Tokens = TokenSettings.Of(parsed.GetValue(authority), parsed.GetValue(audience), parsed.GetRequiredValue(role)),
                StateFolder = parsed.GetValue(state)?.FullName,
            };
            settings.Check();
            await Server.RunAsync(terminal, settings, cancellationToken);
            return 0;
        });
        return command;
    }

    private static IPEndPoint Address(string text) => IPEndPoint.TryParse(text, out IPEndPoint? address) && text.Contains(':', StringComparison.Ordinal)
        ? address
        : throw new UsageException($"'{text}' is no address to listen on.", "Give --listen like 127.0.0.1:8080.");
}
