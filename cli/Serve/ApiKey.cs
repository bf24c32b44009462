using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mammoth.Cli.Serve;

/// <summary>A key of the API. Only its hash is kept: a key is random and long, so a plain SHA-256 of it can't be turned back.</summary>
/// <param name="Name">Who uses it, for people.</param>
/// <param name="Hash">SHA-256 of the key's text, hexadecimal.</param>
internal sealed record ApiKey(string Name, string Hash, DateTimeOffset Created)
{
    private const string Prefix = "mammoth_";
    private const int RandomBytes = 32;

    /// <summary>Characters of the shortest key that is taken from elsewhere: 128 bits as base64.</summary>
    public const int ShortestText = 22;

    /// <returns>The key, which is shown once, and what is kept of it.</returns>
    public static (string Text, ApiKey Kept) Create(string name, DateTimeOffset now)
    {
        string text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        return (text, Of(name, text, now));
    }

    public static ApiKey Of(string name, string text, DateTimeOffset now) => new(name, Convert.ToHexStringLower(HashOf(text)), now);

    /// <summary>Whether a text is the key; takes as long whatever it is.</summary>
    public bool Is(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Convert.FromHexString(Hash), hash);

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
