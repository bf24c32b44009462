using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Postgres.Dumps;

/// <summary>
/// A <c>pg_dump</c> on this machine. It writes what a table format can't hold: views, functions, triggers, grants … as SQL, at the same snapshot as the rows.
/// </summary>
public sealed partial class PgDump
{
    private const int ErrorLength = 2_000;
    private readonly string program;

    private PgDump(string program, int majorVersion)
    {
        this.program = program;
        MajorVersion = majorVersion;
    }

    /// <summary>Its major version, e.g. 17.</summary>
    public int MajorVersion { get; }

    /// <summary>The oldest one on PATH or in the usual places that reads a server of this version, or null: an older one refuses.</summary>
    /// <param name="serverVersion"><c>server_version_num</c>.</param>
    public static async Task<PgDump?> Find(int serverVersion, CancellationToken cancellation = default)
    {
        List<PgDump> found = [];
        foreach (string program in Candidates().Distinct(StringComparer.Ordinal).Where(File.Exists))
        {
            if (await ReadVersion(program, cancellation).ConfigureAwait(false) is not { } version || version < serverVersion / 10_000)
                continue;
            found.Add(new PgDump(program, version));
            if (version == serverVersion / 10_000)
                break;
        }

        return found.MinBy(d => d.MajorVersion);
    }

    /// <summary>Writes the schema as SQL, as of a snapshot.</summary>
    /// <param name="token">A snapshot that is held (<see cref="SnapshotHolder.Token"/>).</param>
    /// <param name="output">Takes the SQL, in UTF-8.</param>
    /// <exception cref="SourceException">pg_dump failed; the message says what it said.</exception>
    /// <exception cref="SnapshotGoneException">The snapshot was lost meanwhile: what was written may be of another one.</exception>
    public async Task WriteSchema(string connectionString, string token, Stream output, CancellationToken cancellation = default)
    {
        NpgsqlConnectionStringBuilder target = ConnectionText.Parse(connectionString);
        ProcessStartInfo start = Start(program, "--schema-only", "--no-password", "--encoding=UTF8", $"--snapshot={SnapshotToken.Parse(token).Exported}", "--lock-wait-timeout=30000");
        foreach ((string name, string? value) in Environment(target))
            start.Environment[name] = value;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (StatementLimit.Dump > TimeSpan.Zero)
            limit.CancelAfter(StatementLimit.Dump);
        using Process process = Process.Start(start) ?? throw new SourceException($"{program} could not be started.");
        try
        {
            process.StandardInput.Close();
            Task<string> errors = ReadEnd(process.StandardError, limit.Token);
            await process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            string said = await errors.ConfigureAwait(false);
            if (process.ExitCode != 0)
                throw new SourceException($"pg_dump {MajorVersion} could not write the schema of {ConnectionText.Describe(target)}: {said.Trim()}");

            // pg_dump takes whatever snapshot has that name. Where it is still the one that was meant, it was all the time.
            await (await SnapshotReader.Open(connectionString, token, cancellation).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            if (e is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new SourceException(string.Create(CultureInfo.InvariantCulture, $"pg_dump {MajorVersion} had not written the schema of {ConnectionText.Describe(target)} after {StatementLimit.Dump.TotalSeconds:0} seconds. {StatementLimit.WayOut(StatementLimit.Short)}"), e);
            throw;
        }
    }

    /// <summary>Everything goes through the environment: arguments can be read by every user of the machine.</summary>
    private static IEnumerable<(string Name, string? Value)> Environment(NpgsqlConnectionStringBuilder target)
    {
        yield return ("PGHOST", target.Host);
        yield return ("PGPORT", target.Port.ToString(CultureInfo.InvariantCulture));
        yield return ("PGDATABASE", target.Database ?? target.Username);
        yield return ("PGAPPNAME", "mammoth");
        yield return ("PGCONNECT_TIMEOUT", target.Timeout.ToString(CultureInfo.InvariantCulture));
        if (target.Username is { } user)
            yield return ("PGUSER", user);
        if (target.Password is { } password)
            yield return ("PGPASSWORD", password);
        if (target.Passfile is { } passfile)
            yield return ("PGPASSFILE", passfile);
        if (target.Options is { } options)
            yield return ("PGOPTIONS", options);
        yield return ("PGSSLMODE", target.SslMode switch
        {
            SslMode.Disable => "disable",
            SslMode.Allow => "allow",
            SslMode.Require => "require",
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            _ => "prefer",
        });
        if (target.RootCertificate is { } root)
            yield return ("PGSSLROOTCERT", root);
        if (target.SslCertificate is { } certificate)
            yield return ("PGSSLCERT", certificate);
        if (target.SslKey is { } key)
            yield return ("PGSSLKEY", key);
    }

    private static async Task<int?> ReadVersion(string program, CancellationToken cancellation)
    {
        try
        {
            using Process? process = Process.Start(Start(program, "--version"));
            if (process is null)
                return null;
            process.StandardInput.Close();
            string said = await process.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return Version().Match(said) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // It lies there but can't be run here: as good as none.
            return null;
        }
    }

    private static ProcessStartInfo Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>What was said last: pg_dump names its error at the end.</summary>
    private static async Task<string> ReadEnd(StreamReader reader, CancellationToken cancellation)
    {
        string all = await reader.ReadToEndAsync(cancellation).ConfigureAwait(false);
        return all.Length <= ErrorLength ? all : all[^ErrorLength..];
    }

    private static IEnumerable<string> Candidates()
    {
        string name = OperatingSystem.IsWindows() ? "pg_dump.exe" : "pg_dump";
        string[] onPath = (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string programs = System.Environment.GetFolderPath(System.Environment.SpecialFolder.ProgramFiles);
        string[] parents = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/Applications/Postgres.app/Contents/Versions", "/Library/PostgreSQL", Path.Combine(programs, "PostgreSQL")];
        IEnumerable<string> versioned = parents.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(d => Path.Combine(d, "bin"));
        IEnumerable<string> pgdg = Directory.Exists("/usr") ? Directory.EnumerateDirectories("/usr", "pgsql-*").Select(d => Path.Combine(d, "bin")) : [];
        return onPath.Concat(versioned).Concat(pgdg).Append("/usr/local/pgsql/bin").Select(folder => Path.Combine(folder, name));
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex Version();
}
