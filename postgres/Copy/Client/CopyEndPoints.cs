using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>The addresses of a server, and connecting to one within a time.</summary>
internal static class CopyEndPoints
{
    public static IEnumerable<EndPoint> Of(CopyTarget target)
    {
        if (target.Host.StartsWith('/'))
            return [new UnixDomainSocketEndPoint(string.Create(CultureInfo.InvariantCulture, $"{target.Host}/.s.PGSQL.{target.Port}"))];
        return IPAddress.TryParse(target.Host, out IPAddress? address)
            ? [new IPEndPoint(address, target.Port)]
            : Dns.GetHostAddresses(target.Host).Select(a => new IPEndPoint(a, target.Port));
    }

    /// <summary>Connects a socket that stays a blocking one.</summary>
    /// <exception cref="TimeoutException">Not in time.</exception>
    public static void Connect(Socket socket, EndPoint end, TimeSpan limit)
    {
        // A blocking connect knows no time of its own; closing the socket ends it.
        bool late = false;
        using var timer = new Timer(
            _ =>
            {
                late = true;
                socket.Dispose();
            },
            null,
            limit,
            Timeout.InfiniteTimeSpan);
        try
        {
            socket.Connect(end);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException && Volatile.Read(ref late))
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"No connection within {limit.TotalSeconds} seconds."), e);
        }
    }
}
