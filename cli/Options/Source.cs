using System.CommandLine;
using Mammoth.Migration.Errors;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;

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

    /// <summary>A connection string or URI as a connection string of Npgsql's.</summary>
    public static string Parse(string text)
    {
        try
        {
            return ConnectionText.Parse(text).ConnectionString;
        }
        catch (SourceConnectionException e) when (e.Failure == ConnectionFailure.Text)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>For people: user, host, port and database, never a secret.</summary>
    public static string Describe(string connectionString) => ConnectionText.Redact(connectionString);
}
