using Microsoft.Data.Sqlite;

namespace Mammoth.Orchestrations.Local;

/// <summary>
/// The SQLite file that remembers all instances: what was handed to them, in order, and what they asked for.
/// One thread uses it. All that one step does is one transaction, so a killed process leaves only whole steps.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int ApplicationId = 0x4D4D_4A31;
    private const int Version = 1;

    private const string Schema = """
        CREATE TABLE instances(
            id TEXT PRIMARY KEY, name TEXT NOT NULL, state INTEGER NOT NULL, turn INTEGER NOT NULL, start TEXT NOT NULL,
            parent TEXT, parent_execution TEXT, parent_call INTEGER, cursor INTEGER NOT NULL,
            custom TEXT, output TEXT, failure TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE deliveries(
            id TEXT NOT NULL, turn INTEGER NOT NULL, sequence INTEGER NOT NULL, kind INTEGER NOT NULL, call INTEGER NOT NULL,
            name TEXT NOT NULL, payload TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(id, turn, sequence)) WITHOUT ROWID;
        CREATE TABLE calls(
            id TEXT NOT NULL, turn INTEGER NOT NULL, number INTEGER NOT NULL, step INTEGER NOT NULL, kind INTEGER NOT NULL,
            name TEXT NOT NULL, target TEXT NOT NULL, payload TEXT NOT NULL, PRIMARY KEY(id, turn, number)) WITHOUT ROWID;
        CREATE TABLE entities(name TEXT NOT NULL COLLATE NOCASE, key TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY(name, key)) WITHOUT ROWID;
        CREATE TABLE holder(process TEXT NOT NULL);
        """;

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> commands = [];
    private readonly JournalLock hold;

    private Journal(string path, SqliteConnection connection, JournalLock hold)
    {
        Path = path;
        this.connection = connection;
        this.hold = hold;
    }

    internal string Path { get; }

    internal SqliteConnection Connection => connection;

    /// <param name="hold">The journal's lock, where it was taken before; it ends with the journal.</param>
    /// <exception cref="JournalException">It is held by another process, damaged, or no journal.</exception>
    internal static Journal Open(string path, bool flush, JournalLock? hold = null)
    {
        path = System.IO.Path.GetFullPath(path);
        hold ??= JournalLock.Take(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        var journal = new Journal(path, connection, hold);
        try
        {
            connection.Open();
            journal.Prepare(flush);
            return journal;
        }
        catch (SqliteException e)
        {
            journal.Dispose();
            throw JournalException.Of(path, e);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    internal void Begin() => Run("BEGIN IMMEDIATE");

    internal void Commit() => Run("COMMIT");

    internal int Run(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteNonQuery();

    internal IEnumerable<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Command(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            try
            {
                rows.Add(read(reader));
            }
            catch (Exception e) when (e is ArgumentException or InvalidCastException or InvalidOperationException or OverflowException or FormatException)
            {
                // Damage that SQLite can't see: a time beyond all years, a null where there is none.
                throw JournalException.Of(Path, new SqliteException(e.Message, 11));
            }
        }

        return rows;
    }

    public void Dispose()
    {
        foreach (var command in commands.Values)
            command.Dispose();
        connection.Dispose();
        hold.Dispose();
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<object?> values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            commands.Add(sql, command = connection.CreateCommand());
#pragma warning disable CA2100 // Every statement is a constant of this assembly; values are parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (int i = 0; i < values.Length; i++)
                command.Parameters.Add(new SqliteParameter($"${i + 1}", null));
        }

        for (int i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    private void Prepare(bool flush)
    {
        long application = Query("PRAGMA application_id", r => r.GetInt64(0)).Single();
        long tables = Query("SELECT count(*) FROM sqlite_master", r => r.GetInt64(0)).Single();
        if (application != ApplicationId && tables > 0)
            throw new JournalException($"{Path} is a SQLite database, but not a journal.", "Name another file.");
        if (tables > 0 && Query("PRAGMA user_version", r => r.GetInt64(0)).Single() is var version && version != Version)
            throw new JournalException($"The journal {Path} was written by another version of Mammoth (format {version}; this one reads {Version}).", "Finish its runs with that version, or name another file.");
        if (tables > 0 && Query("PRAGMA quick_check(1)", r => r.GetString(0)).Single() is var check && check != "ok")
            throw JournalException.Of(Path, new SqliteException(check, 11));

        Run("PRAGMA journal_mode = WAL");
        Run(flush ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        Begin();
        if (tables == 0)
        {
            Run(Schema);
            Run($"PRAGMA application_id = {ApplicationId}");
            Run($"PRAGMA user_version = {Version}");
        }

        Run("DELETE FROM holder");
        Run("INSERT INTO holder VALUES($1)", $"process {Environment.ProcessId} on {Environment.MachineName}");
        Commit();
    }
}
