using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Mammoth.Tests.Api.Running;

/// <summary>Requests byte by byte: what a client library would put right arrives as it is.</summary>
internal static class Raw
{
    public static Task<(int Status, string Body)> Get(ApiServer server, string path) =>
        Send(server, $"GET /{path} HTTP/1.1\r\nHost: {server.Url.Authority}\r\nAuthorization: Bearer {server.Key}\r\nConnection: close\r\n\r\n");

    public static async Task<(int Status, string Body)> Send(ApiServer server, string request)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(server.Url.Host, server.Url.Port, cancellation);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellation);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string answer = await reader.ReadToEndAsync(cancellation);
        return (int.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture), answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }
}
