using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mammoth.Tests.Network;

/// <summary>An address behind which one server takes another's place, as with a name or an address that moves.</summary>
internal sealed class Switch : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly ConcurrentDictionary<Socket, bool> open = new();
    private readonly Task accepting;
    private volatile IPEndPoint? target;

    public Switch(int port)
    {
        target = new(IPAddress.Loopback, port);
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Ends all connections; new ones go to the server at another port, or nowhere.</summary>
    public void To(int? port)
    {
        target = port is { } there ? new(IPAddress.Loopback, there) : null;
        foreach (var socket in open.Keys)
            socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Dispose();
        To(null);
        await accepting;
        over.Dispose();
    }

    private async Task Accept()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(Serve(await listener.AcceptSocketAsync(over.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task Serve(Socket client)
    {
        using (client)
        using (var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            (open[client], open[server]) = (true, true);
            try
            {
                if (target is not { } there)
                    return;
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(there, over.Token);
                await Task.WhenAny(Pass(client, server), Pass(server, client)).Unwrap();
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Either side has gone, or the test is over.
            }
            finally
            {
                open.TryRemove(client, out _);
                open.TryRemove(server, out _);
            }
        }
    }

    private async Task Pass(Socket from, Socket to)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = await from.ReceiveAsync(buffer, over.Token)) > 0;)
            for (int at = 0; at < read;)
                at += await to.SendAsync(buffer.AsMemory(at, read - at), over.Token);
    }
}
