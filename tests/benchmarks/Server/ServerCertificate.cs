using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mammoth.Benchmarks.Server;

/// <summary>A self-signed certificate for the server on 127.0.0.1.</summary>
internal static class ServerCertificate
{
    public static async Task WriteAsync(string data, CancellationToken cancellationToken)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
        await File.WriteAllTextAsync(Path.Combine(data, "server.crt"), certificate.ExportCertificatePem(), cancellationToken);
        string keyFile = Path.Combine(data, "server.key");
        await File.WriteAllTextAsync(keyFile, "", cancellationToken);

        // The server refuses a key that others may read.
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), cancellationToken);
    }
}
