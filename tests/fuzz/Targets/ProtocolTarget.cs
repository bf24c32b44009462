using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Mammoth.Postgres.Copy.Client;
using Npgsql;

namespace Mammoth.Fuzz.Targets;

/// <summary>What a server may say to the client made for copying: the bytes are all that it ever hears.</summary>
internal static class ProtocolTarget
{
    private static readonly BlockingCollection<byte[]> Said = [];
    private static readonly Lazy<CopyTarget> Server = new(Listen);

    public static void Read(byte[] bytes)
    {
        // What is larger than a socket's buffers would need a sender that waits.
        if (bytes.Length > 1 << 15)
            return;
        Said.Add(bytes);
        try
        {
            using CopyConnection connection = CopyConnection.Open(Server.Value);
            CopyMessages copy = connection.CopyOut("SELECT * FROM t", [false]);
            byte[] buffer = new byte[64];
            while (copy.Read(buffer) > 0)
            {
                // To its end.
            }
        }
        catch (PostgresException)
        {
            // The server's own words, as few as they are.
        }
        catch (Exception e) when (e is NpgsqlException or CopyClientUnfitException)
        {
            FindingException.Unless(e.Message.Length > 10, e);
        }
    }

    private static CopyTarget Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        new Thread(() => Serve(listener)) { IsBackground = true }.Start();
        var text = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Username = "u", Password = "p", SslMode = SslMode.Disable, Timeout = 5 };
        return CopyTarget.TryParse(text, out var target, out string? why) ? target : throw new InvalidOperationException(why);
    }

    private static void Serve(TcpListener listener)
    {
        foreach (byte[] bytes in Said.GetConsumingEnumerable())
        {
            using Socket socket = listener.AcceptSocket();
            try
            {
                socket.Send(bytes);
                socket.Shutdown(SocketShutdown.Send);

                // Closed with something unread, it would be reset, and lose what it said.
                byte[] heard = new byte[1 << 12];
                while (socket.Receive(heard) > 0)
                {
                    // Until it hangs up.
                }
            }
            catch (SocketException)
            {
                // It has hung up.
            }
        }
    }
}
