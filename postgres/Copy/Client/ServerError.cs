using System.Text;
using Npgsql;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>The server's errors (PostgreSQL documentation, "Error and Notice Message Fields"), as the exceptions that Npgsql throws for them.</summary>
internal static class ServerError
{
    public static PostgresException Read(ReadOnlySpan<byte> content)
    {
        var fields = new Dictionary<char, string>();
        while (content.Length > 1 && content[0] != 0)
        {
            char field = (char)content[0];
            content = content[1..];
            int length = content.IndexOf((byte)0);
            if (length < 0)
                length = content.Length;
            fields[field] = Encoding.UTF8.GetString(content[..length]);
            content = content[Math.Min(length + 1, content.Length)..];
        }

        string Of(char field) => fields.GetValueOrDefault(field) ?? "";
        return new PostgresException(
            Of('M') is { Length: > 0 } text ? text : "The server reports an error without saying which.", Of('S'), fields.GetValueOrDefault('V') ?? Of('S'), Of('C'), detail: null, hint: fields.GetValueOrDefault('H'), schemaName: fields.GetValueOrDefault('s'), tableName: fields.GetValueOrDefault('t'), columnName: fields.GetValueOrDefault('c'));
    }
}
