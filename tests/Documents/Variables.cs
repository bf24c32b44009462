namespace Mammoth.Tests.Documents;

/// <summary>What no program can be asked for: what its variables mean. Tests hold the names against the code.</summary>
/// <param name="Of">Of which program, or the default.</param>
internal sealed record Variables(string Name, string Of, string What)
{
    public static IReadOnlyList<Variables> Others { get; } =
    [
        new("`MAMMOTH_AZURE_CONNECTION`", "the warehouse", "The storage account's connection string. One for another account than the warehouse's is an error"),
        new("`AZURE_STORAGE_CONNECTION_STRING`", "the warehouse", "The same, as other tools have it; one for another account is left aside"),
        new("`AZURE_STORAGE_KEY`", "the warehouse", "The account's key"),
        new("`AZURE_CLIENT_ID`, `AZURE_TENANT_ID`, …", "the warehouse", "Where none of those is there: what `DefaultAzureCredential` of Azure's library takes"),
        new("`PGPASSWORD`, `PGPASSFILE`", "the source", "The password, or the file with it; else `~/.pgpass`"),
        new("`PGSSLMODE`", "the source", "The mode of TLS where the connection string names none. Without either it is `require` for other machines, `prefer` for this one"),
        new("`PGSSLROOTCERT`, `PGSSLCERT`, `PGSSLKEY`", "the source", "Certificates for TLS, where the connection string names none"),
        new("`NO_COLOR`, `TERM=dumb`", "all", "No colours, no moving progress"),
        new("`MAMMOTH_COPY_SILENCE`", "the source", "Seconds that a copy may go without a byte before its connection counts as dead and the step is done again; 600, and `0` for no limit. Longer where a filter passes no row for so long"),
        new("`MAMMOTH_STATEMENT_LIMIT`", "the source", "Seconds that the answer to a statement on settings, the catalog, transactions or locks is waited for; 300, and `0` for no limit"),
        new("`MAMMOTH_TABLE_STATEMENT_LIMIT`", "the source", "The same of a statement that reads a whole table, such as the `count(*)` that proves it; 21600 (six hours)"),
        new("`MAMMOTH_FAILPOINTS`, `MAMMOTH_FAILPOINTS_LOG`", "tests", "Steps at which the process is to fail, and a file to which each one passed is written: [reliability.md](reliability.md#failpoints)"),
        new("`XDG_DATA_HOME`", "`migrate`, `serve`", "Where journals and keys lie on Linux, in `mammoth/`; `~/.local/share` where it is not set"),
    ];

    public static IReadOnlyList<Variables> App { get; } =
    [
        new("`MAMMOTH_SOURCE`", "must be set", "The source: `Host=…;Database=…;Username=…;Password=…`, or `postgres://…`. In Azure a reference to a key vault"),
        new("`MAMMOTH_WAREHOUSE`", "must be set", "`abfss://container@account.dfs.core.windows.net/folder`; opened with the app's identity. The container must exist"),
        new("`MAMMOTH_CONNECTIONS`", "`16`", "How many connections reads may hold at a time over all instances, 1 to 1000. A run that names no slots takes the root of it: it works on that many tables side by side, and on as many chunks of each"),
        new("`MAMMOTH_TASK_HUB`", "must be set", "The name of the task hub. Two apps on one storage account need two"),
        new("`MAMMOTH_SCHEDULE`", "must be set", "When to migrate by itself, such as `0 0 3 * * *`. Tables that have not changed get no new snapshot"),
        new("`AzureWebJobs.MigrateOnSchedule.Disabled`", "`false`", "`true` where there is no such schedule: a timer without an expression is an error, so one must stand above all the same"),
        new("`MAMMOTH_VERIFICATION_SCHEDULE`", "must be set", "When to read all published tables again and compare them with what was proven"),
        new("`AzureWebJobs.VerifyOnSchedule.Disabled`", "`false`", "As above"),
        new("`MAMMOTH_DRIFT_SCHEDULE`", "must be set", "When to look for differences between the source and what the warehouse has of it; each is a warning in the log"),
        new("`AzureWebJobs.DetectDriftOnSchedule.Disabled`", "`false`", "As above"),
        new("`MAMMOTH_REHEARSAL_SCHEDULE`", "must be set", "When to bring published tables back into a PostgreSQL, and compare them there with what was proven"),
        new("`AzureWebJobs.RehearseOnSchedule.Disabled`", "`false`", "As above"),
        new("`MAMMOTH_REHEARSAL_TARGET`", "none", "The server on which recovery is rehearsed, of a role with `CREATEDB`; must be set where there is a schedule. In Azure a reference to a key vault"),
        new("`MAMMOTH_MAINTENANCE_SCHEDULE`", "must be set", "When to delete files of tables to which nothing refers and that are older than three days"),
        new("`AzureWebJobs.MaintainOnSchedule.Disabled`", "`false`", "As above"),
        new("`AZURE_CLIENT_ID`", "none", "Which user-assigned identity opens the warehouse"),
        new("`APPLICATIONINSIGHTS_CONNECTION_STRING`", "none", "Where telemetry goes; none: nowhere"),
        new("`APPLICATIONINSIGHTS_AUTHENTICATION_STRING`", "none", "Set: telemetry is sent with the app's identity"),
        new("`AzureWebJobsStorage`, `AzureWebJobsStorage__…`", "must be set", "The host's own storage, in which orchestrations are kept"),
        new("`DURABLE_TASK_SCHEDULER`", "none", "The scheduler's connection string, where it is the backend: see [functions.md](functions.md)"),
        new("`AzureWebJobsDisableHomepage`", "`false`", "`true`: `/` is our page, not the host's"),
    ];
}
