using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Mammoth.Tests.Network;

/// <summary>What a proxy does to a connection.</summary>
public enum NetworkFault
{
    /// <summary>It closes the connection in good order, and keeps what was to be passed on: the answer to a request that went through is lost.</summary>
    Cut,

    /// <summary>It resets the connection.</summary>
    Reset,

    /// <summary>It passes nothing more on, and answers keepalives as if all were well.</summary>
    Stall,

    /// <summary>It passes on little at a time from now on.</summary>
    Slow,
}

/// <summary>Stands before a server, passes on what comes, and disturbs some of the connections.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly IPEndPoint target;
    private readonly NetworkFault fault;
    private readonly long every;
    private readonly int stream;
    private readonly (byte[] Text, int[] Left)[] requests;
    private readonly Lock counting = new();
    private readonly Task accepting;
    private long passed;
    private readonly int[] anywhere;

    /// <param name="every">So many bytes of the server's pass between one fault and the next.</param>
    /// <param name="faults">How many there are in all; at the answers to each of <paramref name="requests"/>.</param>
    /// <param name="stream">A connection is disturbed only when so many bytes come at once.</param>
    /// <param name="requests">A connection is disturbed only at an answer to a request with one of these texts in it; anywhere where there are none.</param>
    public TcpProxy(IPEndPoint target, NetworkFault fault, long every, int faults, int stream = 0, params string[] requests)
    {
        (this.target, this.fault, this.every, this.stream) = (target, fault, every, stream);
        this.requests = [.. requests.Select(r => (Encoding.ASCII.GetBytes(r), (int[])[faults]))];
        anywhere = [requests.Length == 0 ? faults : 0];
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Whether connections are disturbed yet.</summary>
    public Func<bool> Armed { get; init; } = () => true;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many connections were disturbed.</summary>
    public int Disturbed { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Dispose();
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
        using (var server = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(target, over.Token);
                var asked = new StrongBox<int[]>(anywhere);
                await Task.WhenAny(Pass(client, server, isAnswer: false, asked), Pass(server, client, isAnswer: true, asked)).Unwrap();
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Either side has gone, or the test is over.
            }
        }
    }

    private async Task Pass(Socket from, Socket to, bool isAnswer, StrongBox<int[]> asked)
    {
        var buffer = new byte[64 << 10];
        var slow = false;
        for (int read; (read = await from.ReceiveAsync(buffer, over.Token)) > 0;)
        {
            foreach (var (text, left) in isAnswer ? [] : requests)
                if (buffer.AsSpan(0, read).IndexOf(text) >= 0)
                    asked.Value = left;
            if (isAnswer && IsDue(read, asked.Value!))
            {
                switch (fault)
                {
                    case NetworkFault.Cut:
                        return;
                    case NetworkFault.Reset:
                        to.LingerState = new(true, 0);
                        to.Close();
                        return;
                    case NetworkFault.Stall:
                        await Task.Delay(Timeout.Infinite, over.Token);
                        return;
                    default:
                        slow = true;
                        break;
                }
            }

            for (int at = 0; at < read;)
            {
                if (slow)
                    await Task.Delay(5, over.Token);
                at += await to.SendAsync(buffer.AsMemory(at, Math.Min(slow ? 4 << 10 : read, read - at)), over.Token);
            }
        }
    }

    /// <param name="left">How many faults there still are, of the kind that is asked for.</param>
    private bool IsDue(int bytes, int[] left)
    {
        lock (counting)
        {
            passed += bytes;
            // Only within a stream: what is small is the answer to a statement.
            if (passed < every || left[0] == 0 || bytes < stream || !Armed())
                return false;
            passed = 0;
            left[0]--;
            Disturbed++;
            return true;
        }
    }
}
