using System.Security.Authentication;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.Client;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>A session of the client that is made for copying. What it is asked blocks a thread of its own, not one of those that others wait for.</summary>
internal sealed class CopySession : ISession
{
    /// <summary>So long a server is waited for that is told to stop.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly CopyConnection connection;

    private CopySession(CopyConnection connection, int serverVersion, bool isUnchecked)
    {
        this.connection = connection;
        ServerVersion = serverVersion;
        IsUnchecked = isUnchecked;
    }

    /// <inheritdoc/>
    public int ServerVersion { get; }

    /// <inheritdoc/>
    public bool IsUnchecked { get; }

    /// <inheritdoc cref="CopySocket.SilenceLimit"/>
    internal TimeSpan Silence { set => connection.Silence = value; }

    /// <summary>The server's process.</summary>
    public int Process => connection.Process;

    /// <summary>Connects and pins the settings.</summary>
    /// <exception cref="CopyClientUnfitException">Only Npgsql can do it.</exception>
    /// <exception cref="SourceConnectionException">There is no connection to be had; the message says why and what to do.</exception>
    public static async Task<CopySession> Open(string connectionString, CancellationToken cancellation)
    {
        NpgsqlConnectionStringBuilder parsed = ConnectionText.Parse(connectionString);
        if (!CopyTarget.TryParse(parsed, out CopyTarget? target, out string? why))
            throw new CopyClientUnfitException(why);
        CopyConnection? connection = null;
        try
        {
            connection = await OwnThread.Run(() => CopyConnection.Open(target)).WaitAsync(cancellation).ConfigureAwait(false);
            IReadOnlyList<string?> facts = await OwnThread.Run(() => connection.Row(SessionSettings.Sql, StatementLimit.Short)).WaitAsync(cancellation).ConfigureAwait(false);
            return new CopySession(connection, SessionSettings.Version(facts[0]!), facts[1] == "SQL_ASCII");
        }
        catch (Exception e)
        {
            connection?.Dispose();
            if (e is NpgsqlException or AuthenticationException)
                throw ConnectionErrors.Explain(e, parsed);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task Execute(string sql, CancellationToken cancellation = default) => Scalar(sql, StatementLimit.Short, cancellation);

    /// <inheritdoc/>
    public Task<string?> Scalar(string sql, CancellationToken cancellation = default) => Scalar(sql, StatementLimit.Short, cancellation);

    /// <inheritdoc/>
    public Task<string?> Scalar(string sql, TimeSpan limit, CancellationToken cancellation) => Run(() => connection.Scalar(sql, limit), cancellation);

    /// <inheritdoc/>
    public async Task<ICopyBytes> CopyOut(string query, IReadOnlyList<CopyColumn> columns, CancellationToken cancellation) =>
        // Text is the same bytes in both of PostgreSQL's formats, and costs the server less as text.
        await Run(() => connection.CopyOut(query, [.. columns.Select(c => c.Type is CopyType.Text)]), cancellation).ConfigureAwait(false);

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<T> Run<T>(Func<T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await using CancellationTokenRegistration breaking = cancellation.UnsafeRegister(c => ((CopyConnection)c!).Break(), connection);
        try
        {
            return await OwnThread.Run(work).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (e is not PostgresException || cancellation.IsCancellationRequested)
        {
            // An answer that comes after all would be taken for the next statement's, and a statement that sends nothing would not see that nobody listens any more.
            connection.Break();
            await Task.WhenAny(OwnThread.Run(connection.RequestCancel), Task.Delay(Patience, CancellationToken.None)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }
}
