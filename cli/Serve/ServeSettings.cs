using System.Net;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;

namespace Mammoth.Cli.Serve;

/// <summary>What a server is asked to be.</summary>
internal sealed record ServeSettings
{
    /// <summary>The source's connection string.</summary>
    public required string Source { get; init; }

    public required Warehouse Warehouse { get; init; }

    /// <summary>What a request that says nothing else asks for.</summary>
    public required MigrationOptions Defaults { get; init; }

    public required IPEndPoint Listen { get; init; }
    public required KeyFile Keys { get; init; }
    public bool NoAuth { get; init; }

    /// <summary>When to migrate; null: not by itself.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>When to read the published tables again; null: not by itself.</summary>
    public Schedule? VerificationSchedule { get; init; }

    /// <summary>When to look for schema drift; null: not by itself.</summary>
    public Schedule? DriftSchedule { get; init; }

    /// <summary>When to delete files to which nothing refers; null: not by itself.</summary>
    public Schedule? MaintenanceSchedule { get; init; }

    /// <summary>When to rehearse recovery; null: not by itself.</summary>
    public Schedule? RehearsalSchedule { get; init; }

    /// <summary>The connection string of the server on which recovery is rehearsed; null: there is none.</summary>
    public string? RehearsalTarget { get; init; }

    /// <summary>Null: no tokens are taken.</summary>
    public TokenSettings? Tokens { get; init; }

    /// <summary>Null: the user's.</summary>
    public string? StateFolder { get; init; }

    /// <exception cref="UsageException">Anybody could use the server, or nobody; or there is a schedule of rehearsals and no server for them.</exception>
    public void Check()
    {
        if (RehearsalSchedule is not null && RehearsalTarget is null)
            throw RehearsalServer.Missing;

        if (NoAuth && !IPAddress.IsLoopback(Listen.Address))
            throw new UsageException($"--no-auth would let everybody who reaches {Listen} use the source and the warehouse.", "Leave it out and make a key with `mammoth serve key create`, or listen on 127.0.0.1.");

        if (!NoAuth && Tokens is null && Keys.Keys().Count == 0)
            throw new UsageException($"There is no key in {Keys.Path}, so nobody could use the API.", "Make one with `mammoth serve key create --name …`, or give --no-auth to serve this machine without.");
    }
}

/// <summary>Whose tokens are taken.</summary>
/// <param name="Authority">The issuer, whose OpenID configuration names its keys.</param>
/// <param name="Role">A role that a token must carry.</param>
internal sealed record TokenSettings(string Authority, string Audience, string Role)
{
    /// <exception cref="UsageException">One is there without the other, or the issuer can't be trusted.</exception>
    public static TokenSettings? Of(string? authority, string? audience, string role)
    {
        if (authority is null && audience is null)
            return null;

        if (authority is null || audience is null)
            throw new UsageException("--token-authority and --token-audience belong together.", "Give both, or neither.");

        return Uri.TryCreate(authority, UriKind.Absolute, out Uri? issuer) && (issuer.Scheme == Uri.UriSchemeHttps || issuer.IsLoopback)
            ? new(authority.TrimEnd('/'), audience, role)
            : throw new UsageException($"'{authority}' is no issuer of tokens.", "Give --token-authority an https URL, such as https://login.microsoftonline.com/<tenant>/v2.0.");
    }
}
