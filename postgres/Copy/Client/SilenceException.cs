using System.Globalization;
using System.Net.Sockets;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>A server sent nothing of a copy for as long as <see cref="CopySocket.Silence"/>. The inner exception is that of a receive that timed out.</summary>
internal sealed class SilenceException(TimeSpan limit) : IOException(
    string.Create(
        CultureInfo.InvariantCulture,
        $"The server has sent nothing for {limit.TotalSeconds:0.###} seconds. Where that is no failure (a filter may pass no row for long), set MAMMOTH_COPY_SILENCE to more seconds, or to 0 for no limit."),
    new SocketException((int)SocketError.TimedOut))
{
    /// <summary>What to tell of a failure of the connection: of others the system's own words.</summary>
    public static string Reason(Exception failure) => (failure is SilenceException ? failure : failure.InnerException ?? failure).Message;
}
