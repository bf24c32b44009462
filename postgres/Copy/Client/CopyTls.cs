using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>Agrees on TLS with a server, as an <c>SSL Mode</c> wants it.</summary>
internal static class CopyTls
{
    private const int SslRequest = 80877103;

    /// <summary>Asks for TLS and goes on in it where the server has it.</summary>
    /// <exception cref="NpgsqlException">The server has none, and it is required.</exception>
    /// <exception cref="AuthenticationException">The server's certificate does not hold.</exception>
    public static void Negotiate(CopySocket socket, CopyTarget target)
    {
        new FrontendMessage(null).Int32(SslRequest).SendTo(socket);
        var answers = new BackendMessages(socket);
        byte answer = answers.ReadByte();
        if (answers.HasMore)
            throw new NpgsqlException("Bytes came in before TLS began: somebody between here and the server tampers with the connection.");
        if (answer == (byte)'S')
        {
            Authenticate(socket, target);
            return;
        }

        if (answer != (byte)'N' || target.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull)
            throw new NpgsqlException("SSL connection requested. No SSL enabled connection from this host is configured.");
    }

    private static void Authenticate(CopySocket socket, CopyTarget target)
    {
        X509Certificate2Collection? roots = null;
        if (target.SslMode is SslMode.VerifyCA or SslMode.VerifyFull && target.RootCertificate is { } file)
        {
            roots = [];
            roots.ImportFromPemFile(file);
        }

        socket.Secure(new SslClientAuthenticationOptions
        {
            TargetHost = target.Host,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Holds(target.SslMode, roots, certificate, chain, errors),
        });
    }

    private static bool Holds(SslMode mode, X509Certificate2Collection? roots, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // As Npgsql does: these modes encrypt, and ask nothing of the certificate.
        if (mode is SslMode.Allow or SslMode.Prefer or SslMode.Require)
            return true;
        if (certificate is null || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return false;
        if (mode == SslMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return false;
        if (roots is null)
            return !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
    }
}
