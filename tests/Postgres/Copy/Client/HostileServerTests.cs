using System.Net;
using System.Net.Sockets;
using System.Text;
using Mammoth.Postgres.Copy.Client;
using Npgsql;

namespace Mammoth.Tests.Postgres.Copy.Client;

/// <summary>Servers that are none, or were damaged on the way: an error of Npgsql's kind, never a crash, a hang or rows that were not sent.</summary>
public sealed class HostileServerTests
{
    private static readonly byte[] Login = [.. Message('R', 0, 0, 0, 0), .. Message('K', 0, 0, 0, 1, 0, 0, 0, 2), .. Message('Z', (byte)'I')];
    private static readonly byte[] Rows = [.. Message('1'), .. Message('2'), .. Message('D', 1, 2, 3), .. Message('D', 4), .. Message('C', [.. "SELECT 2\0"u8]), .. Message('Z', (byte)'I')];

    [Fact]
    public void The_conversation_that_the_others_are_made_of_is_a_good_one() =>
        Assert.Equal([.. "PGCOPY\n"u8, 0xFF, .. "\r\n"u8, .. new byte[9], 1, 2, 3, 4, 0xFF, 0xFF], Talk([.. Login, .. Rows], int.MaxValue));

    /// <summary>What was lost between the two is told by its number.</summary>
    [Theory]
    [InlineData("SELECT 3", "2 rows")]
    [InlineData("SELECT 22", "2 rows")]
    [InlineData("SET", "SET")]
    public void Rows_other_than_the_server_counted_are_an_error(string end, string named)
    {
        byte[] ended = [.. Message('1'), .. Message('2'), .. Message('D', 1, 2, 3), .. Message('D', 4), .. Message('C', [.. Encoding.ASCII.GetBytes(end), 0]), .. Message('Z', (byte)'I')];
        Assert.Contains(named, Assert.ThrowsAny<NpgsqlException>(() => Talk([.. Login, .. ended], int.MaxValue)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_CommandComplete_are_an_error_wherever_the_connection_ends()
    {
        byte[] whole = [.. Login, .. Rows];
        int needed = whole.Length - 6;
        for (int length = 0; length < whole.Length; length++)
            Assert.ThrowsAny<NpgsqlException>(() => Talk(whole[..length], int.MaxValue));
        Assert.True(needed > Login.Length);
    }

    /// <summary>A proxy that lost its server keeps the connection open.</summary>
    [Fact]
    public void A_copy_that_falls_silent_is_an_error_wherever_it_does()
    {
        byte[] whole = [.. Login, .. Rows];
        for (int length = Login.Length; length < whole.Length; length++)
        {
            NpgsqlException error = Assert.ThrowsAny<NpgsqlException>(() => Talk(whole[..length], int.MaxValue, silence: TimeSpan.FromMilliseconds(60)));
            Assert.Contains("MAMMOTH_COPY_SILENCE", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damaged_conversations_end_with_an_error_or_as_they_should(int seed)
    {
        var random = new Random(seed);
        byte[] whole = [.. Login, .. Rows];
        int errors = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = random.Next(1, 4); i > 0; i--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                Talk(damaged, random.Next(1, 9));
            }
            catch (Exception e) when (e is NpgsqlException or CopyClientUnfitException)
            {
                errors++;
            }
        }

        Assert.InRange(errors, 100, 300);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Arbitrary_bytes_are_no_PostgreSQL(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Exception? error = Record.Exception(() => Talk(bytes, 64));
            Assert.True(error is NpgsqlException or CopyClientUnfitException, $"{error}");
        }
    }

    /// <summary>Somebody between could put them there, to be taken for what came encrypted.</summary>
    [Fact]
    public void Bytes_that_come_before_encryption_begins_are_refused()
    {
        var error = Assert.ThrowsAny<NpgsqlException>(() => Talk([(byte)'S', .. Login, .. Rows], int.MaxValue, SslMode.Require));
        Assert.Contains("before TLS began", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Copies from a server that says this, in pieces of so many bytes, and then closes, or says nothing more to a client that waits so long.</summary>
    private static byte[] Talk(byte[] said, int piece, SslMode mode = SslMode.Disable, TimeSpan? silence = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = Task.Run(() =>
        {
            using Socket socket = listener.AcceptSocket();
            socket.NoDelay = true;
            for (int at = 0; at < said.Length; at += Math.Min(piece, said.Length - at))
            {
                try
                {
                    socket.Send(said.AsSpan(at, Math.Min(piece, said.Length - at)));
                }
                catch (SocketException)
                {
                    return;
                }
            }

            if (silence is null)
                socket.Shutdown(SocketShutdown.Send);
            byte[] heard = new byte[1000];
            try
            {
                while (socket.Receive(heard) > 0)
                {
                    // To the end.
                }
            }
            catch (SocketException)
            {
                // It has hung up.
            }
        });
        var text = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Username = "u", Password = "p", SslMode = mode, Timeout = 5 };
        Assert.True(CopyTarget.TryParse(text, out CopyTarget? target, out _));
        try
        {
            using CopyConnection connection = CopyConnection.Open(target);
            if (silence is { } limit)
                connection.Silence = limit;
            CopyMessages copy = connection.CopyOut("SELECT * FROM t", [false]);
            List<byte> all = [];
            byte[] buffer = new byte[16];
            for (int read; (read = copy.Read(buffer)) > 0;)
                all.AddRange(buffer.AsSpan(0, read));
            return [.. all];
        }
        finally
        {
            Assert.True(serving.Wait(TimeSpan.FromSeconds(20)));
        }
    }

    private static byte[] Message(char kind, params byte[] content) => [(byte)kind, 0, 0, 0, (byte)(content.Length + 4), .. content];
}
