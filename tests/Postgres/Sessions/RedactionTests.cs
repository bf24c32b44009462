using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Tests.Postgres.Sessions;

/// <summary>Passwords of every kind in connection strings well and badly written: whatever is said of them, no part of the password is said.</summary>
public sealed class RedactionTests
{
    /// <summary>Each half of the password is a secret too: a stray separator must not let one of them pass for something else.</summary>
    private const string First = "Zq7wXk";

    private const string Second = "Jv9pRd";

    public static TheoryData<string, string> Written()
    {
        string[] separators = ["", "@", ":", "/", "?", "#", "&", "=", ";", " ", "%", "%2", ",", "'", "\"", "\\", "=x;", "?a=", "&b=", "/x?y=", "://", "@@", ";Port=", " host=", "\n", "é"];
        string[] forms =
        [
            "postgres://ann:{0}@db.example:5432/shop",
            "postgres://ann:{0}@db.example",
            "postgres://ann:{0}@db.example/shop?sslmode=require",
            "postgresql://db.example/shop?user=ann&password={0}",
            "postgres://:{0}@db.example/shop",
            "Host=db.example;Username=ann;Password={0};Database=shop",
            "Host=db.example;Password={0}",
            "Password={0};Host=db.example",
            "host=db.example user=ann password={0} dbname=shop",
            "dbname=shop password={0} host=db.example",
            "Database=shop password={0};Host=db.example",
            "Username=ann password={0};Host=db.example",
            "{0}",
        ];
        var data = new TheoryData<string, string>();
        foreach (string form in forms)
        {
            foreach (string separator in separators)
                data.Add(form, separator);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void No_part_of_a_password_is_shown(string form, string separator)
    {
        string text = string.Format(null, form, First + separator + Second);
        Hides(ConnectionText.Redact(text));
        Exception? error = Record.Exception(() => ConnectionText.Parse(text));
        Hides(error?.ToString() ?? "");
        Assert.True(error is null or SourceConnectionException { Failure: ConnectionFailure.Text }, $"{error}");

        // Where it was read, the parts that are shown of a connection are the right ones.
        if (error is null)
        {
            NpgsqlConnectionStringBuilder parsed = ConnectionText.Parse(text);
            Hides($"{parsed.Host} {parsed.Port} {parsed.Username} {parsed.Database}");
        }
    }

    [Fact]
    public void A_password_written_in_percent_is_read_whatever_is_in_it()
    {
        var random = new Random(1);
        const string alphabet = "abc:/?#[]@!$&'()*+,;= %\\\"éΩ🐘\n";
        for (int round = 0; round < 500; round++)
        {
            string password = string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            if (password.Any(char.IsSurrogate))
                continue;
            string uri = $"postgres://{Uri.EscapeDataString($"u{password}")}:{Uri.EscapeDataString(password)}@h:77/{Uri.EscapeDataString($"d{password}")}";
            NpgsqlConnectionStringBuilder parsed;
            try
            {
                parsed = ConnectionText.Parse(uri);
            }
            catch (SourceConnectionException e)
            {
                // A name that looks like a password assignment is refused, not read.
                Assert.DoesNotContain(password, e.Message, StringComparison.Ordinal);
                continue;
            }

            Assert.Equal((password, $"u{password}", $"d{password}", 77), (parsed.Password, parsed.Username, parsed.Database, parsed.Port));
        }
    }

    [Theory]
    [InlineData("postgres://ann:pw@h:notaport/d")]
    [InlineData("postgres://ann:pw@h:1:2/d")]
    [InlineData("postgres://ann:pw@h1:5432,h2:x/d")]
    public void A_port_that_is_none_is_refused_before_anybody_is_asked_for_such_a_host(string text) =>
        Assert.Throws<SourceConnectionException>(() => ConnectionText.Parse(text));

    private static void Hides(string said)
    {
        Assert.DoesNotContain(First, said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Second, said, StringComparison.OrdinalIgnoreCase);
    }
}
