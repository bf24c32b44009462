using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>Begins a session and authenticates (PostgreSQL documentation, "Start-up").</summary>
internal static class CopyLogin
{
    private const int Version3 = 196608;

    /// <returns>The process and secret by which the session can be cancelled.</returns>
    /// <exception cref="PostgresException">The server refuses.</exception>
    /// <exception cref="CopyClientUnfitException">The server asks for what only Npgsql can do.</exception>
    public static (int Process, byte[] Secret) Begin(CopySocket socket, BackendMessages answers, CopyTarget target)
    {
        FrontendMessage start = new FrontendMessage(null).Int32(Version3)
            .Text("user").Text(target.Username).Text("database").Text(target.Database).Text("client_encoding").Text("UTF8").Text("application_name").Text("mammoth");
        if (!string.IsNullOrEmpty(target.Options))
            start.Text("options").Text(target.Options);
        start.Byte(0).SendTo(socket);
        Authenticate(socket, answers, target);
        (int, byte[]) key = default;
        while (true)
        {
            switch (answers.Read())
            {
                case 'K':
                    key = (BinaryPrimitives.ReadInt32BigEndian(answers.Content), answers.Content[4..].ToArray());
                    break;
                case 'Z':
                    return key;
            }
        }
    }

    private static void Authenticate(CopySocket socket, BackendMessages answers, CopyTarget target)
    {
        ScramSha256? scram = null;
        bool isProven = false;
        while (true)
        {
            Expect(answers, 'R');
            ReadOnlySpan<byte> content = answers.Content;
            int request = BinaryPrimitives.ReadInt32BigEndian(content);
            switch (request)
            {
                case 0 when scram is null || isProven:
                    return;
                case 3:
                    Answer(Password(target));
                    break;
                case 5:
                    Answer(Md5(target, content.Slice(4, 4)));
                    break;
                case 10 when Encoding.UTF8.GetString(content[4..]).Split('\0').Contains(ScramSha256.Mechanism):
                    scram = new ScramSha256(Password(target));
                    byte[] first = Encoding.UTF8.GetBytes(scram.First);
                    new FrontendMessage('p').Text(ScramSha256.Mechanism).Int32(first.Length).Bytes(first).SendTo(socket);
                    break;
                case 11 when scram is not null:
                    new FrontendMessage('p').Bytes(Encoding.UTF8.GetBytes(scram.Answer(Encoding.UTF8.GetString(content[4..])))).SendTo(socket);
                    break;
                case 12 when scram is not null:
                    scram.Check(Encoding.UTF8.GetString(content[4..]));
                    isProven = true;
                    break;
                case 0:
                    throw new NpgsqlException("The server lets us in without the proof that it knows the password: it is not the one the password is for.");
                default:
                    throw new CopyClientUnfitException($"a way of authentication ({request})");
            }
        }

        void Answer(string password) => new FrontendMessage('p').Text(password).SendTo(socket);
    }

    private static string Password(CopyTarget target) => target.Password ?? throw new CopyClientUnfitException("a password from a file");

    private static string Md5(CopyTarget target, ReadOnlySpan<byte> salt)
    {
#pragma warning disable CA5351 // The server chose it; it is asked for by servers that were set up long ago.
        string inner = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(Password(target) + target.Username)));
        return "md5" + Convert.ToHexStringLower(MD5.HashData([.. Encoding.UTF8.GetBytes(inner), .. salt]));
#pragma warning restore CA5351
    }

    private static void Expect(BackendMessages answers, char kind)
    {
        char got = answers.Read();
        if (got != kind || answers.Content.Length < 4)
            throw new NpgsqlException($"The server answered with a message of kind 0x{(int)got:x2} where its authentication was due.");
    }
}
