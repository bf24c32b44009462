using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mammoth.Tests.Postgres;

/// <summary>A certificate of a server's own, for one name.</summary>
internal static class ServerCertificate
{
    /// <summary>Writes it, and its key, by the server itself, who alone may own the key's file; then restarts it with TLS.</summary>
    /// <param name="root">The file to write what a client has to trust to.</param>
    public static async Task Install(OwnCluster cluster, string name, string root)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(root, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        foreach (var (file, text) in new[] { ("server.crt", certificate.ExportCertificatePem()), ("server.key", key.ExportPkcs8PrivateKeyPem()) })
        {
            string lines = string.Join(", ", text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => $"('{l}')"));
            await cluster.ExecuteAsync($"COPY (VALUES {lines}) TO PROGRAM 'umask 077 && cat > {file}'");
        }

        await cluster.ExecuteAsync("ALTER SYSTEM SET ssl = on");
        await cluster.RestartAsync("fast");
    }
}
