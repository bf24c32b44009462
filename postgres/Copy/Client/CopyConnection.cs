using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>
/// A connection that knows what a copy needs and no more: statements in the simple protocol, and the rows of a query. Every call blocks its thread; one at a time.
/// Errors are those of Npgsql: <see cref="PostgresException"/> where the server says no, <see cref="NpgsqlException"/> where the connection fails.
/// </summary>
internal sealed class CopyConnection : IDisposable
{
    private static readonly TimeSpan LoginLimit = TimeSpan.FromSeconds(30);
    private readonly CopyTarget target;
    private readonly CopySocket socket;
    private readonly BackendMessages answers;
    private readonly (int Process, byte[] Secret) key;

    private CopyConnection(CopyTarget target, CopySocket socket, BackendMessages answers, (int Process, byte[] Secret) key)
    {
        this.target = target;
        this.socket = socket;
        this.answers = answers;
        this.key = key;
    }

    /// <summary>The server's process.</summary>
    public int Process => key.Process;

    /// <summary>It goes through TLS.</summary>
    public bool IsSecure => socket.IsSecure;

    /// <summary>Connects and authenticates.</summary>
    /// <exception cref="PostgresException">The server refuses.</exception>
    /// <exception cref="NpgsqlException">There is no connection to be had.</exception>
    /// <exception cref="AuthenticationException">The server's certificate does not hold.</exception>
    /// <exception cref="CopyClientUnfitException">The server asks for what only Npgsql can do.</exception>
    public static CopyConnection Open(CopyTarget target)
    {
        bool tls = target.SslMode is not (SslMode.Disable or SslMode.Allow) && !target.Host.StartsWith('/');
        try
        {
            return Open(target, tls);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidAuthorizationSpecification && target.SslMode is SslMode.Allow or SslMode.Prefer)
        {
            // The server has rules for the one, and others or none for the other.
            return Open(target, !tls);
        }
    }

    /// <summary>Runs a statement that returns nothing, or several.</summary>
    public void Execute(string sql) => Scalar(sql);

    /// <summary>Runs a statement; the first column of its first row as text, null where there is no row or no value.</summary>
    /// <param name="limit">How long an answer is waited for; zero: as long as it takes.</param>
    public string? Scalar(string sql, TimeSpan limit = default) => Row(sql, limit) is [var first, ..] ? first : null;

    /// <summary>Runs a statement; the texts of its first row, none where there is no row.</summary>
    /// <inheritdoc cref="Scalar"/>
    public IReadOnlyList<string?> Row(string sql, TimeSpan limit = default)
    {
        try
        {
            return Ask(sql, limit);
        }
        catch (NpgsqlException e) when (limit > TimeSpan.Zero && StatementLimit.IsTimeout(e))
        {
            throw StatementLimit.Passed(limit, e);
        }
    }

    /// <summary>Starts to read the rows of a query. Until their end the connection can do nothing else.</summary>
    /// <param name="texts">Of each of its columns, whether it comes as text rather than binary.</param>
    /// <exception cref="PostgresException">The server refuses the query, or that number of columns.</exception>
    /// <exception cref="NpgsqlException">The connection failed, or the server is silent for too long: the connection is of no use then.</exception>
    public CopyMessages CopyOut(string query, IReadOnlyList<bool> texts) => Guard(() =>
    {
        socket.LimitSilence();

        // Without names, parameters and a limit (PostgreSQL documentation, "Extended Query"); the Sync at the end makes the server ready also after an error.
        FrontendMessage messages = new FrontendMessage('P').Text("").Text(query).Int16(0)
            .Then('B').Text("").Text("").Int16(0).Int16(0).Int16(checked((short)texts.Count));
        foreach (bool text in texts)
            messages.Int16((short)(text ? 0 : 1));
        messages.Then('E').Text("").Int32(0).Then('S').SendTo(socket);
        Expect('1');
        Expect('2');
        return new CopyMessages(this, socket, answers);
    });

    /// <inheritdoc cref="CopySocket.SilenceLimit"/>
    internal TimeSpan Silence { set => socket.Silence = value; }

    /// <summary>Asks the server to end what it does for this connection; from any thread. Whether it still does is only seen by how the statement ends.</summary>
    public void RequestCancel()
    {
        try
        {
            using CopySocket other = CopySocket.Connect(target);
            other.LimitReceives(LoginLimit);
            if (socket.IsSecure)
                CopyTls.Negotiate(other, target);
            new FrontendMessage(null).Int32(80877102).Int32(key.Process).Bytes(key.Secret).SendTo(other);

            // The server closes when it has done so: what comes after is not cancelled by mistake.
            other.Receive(new byte[1]);
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException or NpgsqlException or AuthenticationException)
        {
            // Then the statement runs to its end, or to that of the connection.
        }
    }

    /// <summary>Makes what blocks fail, from any thread; the connection is of no use then.</summary>
    public void Break() => socket.Break();

    public void Dispose()
    {
        try
        {
            new FrontendMessage('X').SendTo(socket);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The server sees it close.
        }

        socket.Dispose();
    }

    /// <summary>Reads an answer; after an error, on to where the next statement may come.</summary>
    internal char Next()
    {
        try
        {
            return answers.Read();
        }
        catch (PostgresException e) when (e.InvariantSeverity is not ("FATAL" or "PANIC"))
        {
            answers.ReadToReady();
            throw;
        }
    }

    /// <summary>Makes failures of the connection Npgsql's.</summary>
    internal static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentOutOfRangeException e)
        {
            // Found by fuzzing: a message that ends before what it must hold.
            throw new NpgsqlException("The server sent a message that is shorter than one of its kind: this is no PostgreSQL, or the stream is damaged.", e);
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException or ObjectDisposedException)
        {
            throw new NpgsqlException($"The connection to the server failed: {SilenceException.Reason(e)}", e);
        }
    }

    private static CopyConnection Open(CopyTarget target, bool tls) => Guard(() =>
    {
        CopySocket socket = CopySocket.Connect(target);
        try
        {
            socket.LimitReceives(target.ConnectTimeout == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : target.ConnectTimeout);
            if (tls)
                CopyTls.Negotiate(socket, target);
            var answers = new BackendMessages(socket);
            (int, byte[]) key = CopyLogin.Begin(socket, answers, target);
            socket.LimitReceives(TimeSpan.Zero);
            return new CopyConnection(target, socket, answers, key);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    });

    private string?[] Ask(string sql, TimeSpan limit) => Guard(() =>
    {
        // A query that was refused has left its own behind.
        socket.LimitReceives(limit);
        new FrontendMessage('Q').Text(sql).SendTo(socket);
        string?[]? row = null;
        bool isDescribed = false;
        while (true)
        {
            char kind = Next();
            if (kind == 'Z')
                return row ?? [];

            // Rows that nothing described would be those of a query before.
            if (kind == 'D' && isDescribed)
                row ??= DataRow(answers.Content);
            else if (kind == 'T')
                isDescribed = true;
            else if (kind is not ('C' or 'I'))
                throw new NpgsqlException($"A statement was answered by a message of kind 0x{(int)kind:x2}.");
        }
    });

    private void Expect(char kind)
    {
        char next = Next();
        if (next != kind)
            throw new NpgsqlException($"A query was answered by a message of kind 0x{(int)next:x2}.");
    }

    private static string?[] DataRow(ReadOnlySpan<byte> content)
    {
        string?[] row = new string?[System.Buffers.Binary.BinaryPrimitives.ReadInt16BigEndian(content)];
        content = content[2..];
        for (int i = 0; i < row.Length; i++)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(content);
            content = content[4..];
            if (length < 0)
                continue;
            row[i] = Encoding.UTF8.GetString(content[..length]);
            content = content[length..];
        }

        return row;
    }
}
