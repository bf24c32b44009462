using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding.</summary>
internal sealed class ScramSha256
{
    public const string Mechanism = "SCRAM-SHA-256";

    /// <summary>More would let a false server keep us busy for hours.</summary>
    private const int MostIterations = 10_000_000;

    // No channel binding; no other identity.
    private const string Gs2Header = "n,,";
    private readonly byte[] password;
    private readonly string nonce;
    private byte[]? expected;

    public ScramSha256(string password, string? nonce = null)
    {
        // SASLprep's normal form, as far as it changes what people type; text that has none is sent as it is, as the server stores it.
        this.password = Encoding.UTF8.GetBytes(Normalized(password));
        this.nonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
    }

    /// <summary>What is said first. The server takes the name from the session's start.</summary>
    public string First => $"{Gs2Header}n=,r={nonce}";

    /// <summary>Answers the server's challenge.</summary>
    /// <exception cref="NpgsqlException">It is none.</exception>
    public string Answer(string challenge)
    {
        Dictionary<char, string> said = Attributes(challenge);
        if (!said.TryGetValue('r', out string? both) || !both.StartsWith(nonce, StringComparison.Ordinal) || both.Length == nonce.Length
            || !said.TryGetValue('s', out string? salt) || !said.TryGetValue('i', out string? count)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) || iterations is 0 or > MostIterations)
            throw new NpgsqlException("The server's part of the authentication (SCRAM) can't be understood.");
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(password, Decode(salt), iterations, HashAlgorithmName.SHA256, 32);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        string withoutProof = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(Gs2Header))},r={both}";
        byte[] whole = Encoding.UTF8.GetBytes($"n=,r={nonce},{challenge},{withoutProof}");
        byte[] proof = HMACSHA256.HashData(SHA256.HashData(clientKey), whole);
        for (int i = 0; i < proof.Length; i++)
            proof[i] ^= clientKey[i];
        expected = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), whole);
        return $"{withoutProof},p={Convert.ToBase64String(proof)}";
    }

    /// <summary>Checks that the server knows the password, too.</summary>
    /// <exception cref="NpgsqlException">It does not: it is another server.</exception>
    public void Check(string final)
    {
        if (expected is null || !Attributes(final).TryGetValue('v', out string? proof) || !CryptographicOperations.FixedTimeEquals(Decode(proof), expected))
            throw new NpgsqlException("The server could not prove that it knows the password: it is not the one the password is for.");
    }

    private static string Normalized(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }

    private static Dictionary<char, string> Attributes(string message) =>
        message.Split(',').Where(p => p.Length >= 2 && p[1] == '=').GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First()[2..]);

    private static byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException e)
        {
            throw new NpgsqlException("The server's part of the authentication (SCRAM) can't be understood.", e);
        }
    }
}
