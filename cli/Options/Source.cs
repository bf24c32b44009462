using System.CommandLine;
using Mammoth.Migration.Errors;
using Npgsql;

namespace Mammoth.Cli.Options;

/// <summary>The option <c>--source</c>, and <c>MAMMOTH_SOURCE</c> in its place.</summary>
internal static class Source
{
    public const string Variable = "MAMMOTH_SOURCE";

    public static Option<string?> Option() => new("--source", "-s")
    {
        Description = $"The PostgreSQL database: a connection string (Host=…;Database=…) or postgres://user@host/database. Else {Variable}. A password is best left to PGPASSWORD or ~/.pgpass.",
        HelpName = "connection",
    };

    /// <summary>The connection string the option or the environment gives, in Npgsql's form.</summary>
    /// <exception cref="UsageException">Neither gives one, or it can't be read.</exception>
    public static string Of(string? given) =>
        Parse((string.IsNullOrWhiteSpace(given) ? Environment.GetEnvironmentVariable(Variable) : given) is { Length: > 0 } text
            ? text
            : throw new UsageException("No source database is named.", $"Give --source \"Host=localhost;Database=shop;Username=me\", or set {Variable}."));

    /// <summary>A connection string or URI as a connection string.</summary>
    public static string Parse(string text)
    {
        try
        {
            NpgsqlConnectionStringBuilder builder = SourceUri.IsOne(text) ? SourceUri.Parse(text) : new(text);
            if (string.IsNullOrEmpty(builder.Host))
                throw new UsageException("The source names no host.", "Give Host=… in --source.");

            return builder.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The text itself may hold a password and is not repeated.
            throw new UsageException($"The source is not a connection string: {e.Message}", "It looks like Host=localhost;Port=5432;Database=shop;Username=me, or postgres://me@localhost:5432/shop.");
        }
    }

    /// <summary>For people: host, port, database and user, never a secret.</summary>
    public static string Describe(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString);
        return $"{builder.Database ?? builder.Username ?? "postgres"} on {builder.Host}:{builder.Port}{(builder.Username is { } user ? $" as {user}" : "")}";
    }
}
