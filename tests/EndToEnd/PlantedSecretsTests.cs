using System.Text;
using Azure.Storage.Sas;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.EndToEnd;

/// <summary>
/// Secrets are planted, everything is done with them that can go right or wrong, and then all that was printed or written anywhere is searched: both outputs, the
/// warehouse with its reports, the journals of runs under way, temporary files.
/// </summary>
[Collection(EndToEndTests.Name)]
public sealed class PlantedSecretsTests(PostgresFixture postgres, AzuriteFixture azurite, Readers readers)
{
    private const string Password = "Pl4nted/pass wörd;'=%";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_is_nowhere_whatever_is_done_with_it()
    {
        using var area = new MigrationArea(await Source(), readers);
        var said = new List<Ended>();
        var keywords = await Login(area.Source);
        var parts = new NpgsqlConnectionStringBuilder(keywords);
        var uri = $"postgres://{parts.Username}:{Uri.EscapeDataString(Password)}@{parts.Host}:{parts.Port}/{parts.Database}";

        foreach (var source in (string[])[keywords, uri])
        {
            said.Add(await Run(area, "plan", "--source", source, "--verbose"));
            said.Add(await Run(area, "plan", "--source", source, "--output", "json"));
            said.Add(await Run(area, "migrate", "--source", source, "--warehouse", area.Warehouse.Argument));
            said.Add(await Run(area, "migrate", "--source", source, "--warehouse", area.Warehouse.Argument, "--output", "json"));
        }
        Assert.All(said, s => s.Expect(0));

        // What goes wrong prints more.
        said.Add((await Run(area, ["migrate", "--source", keywords, "--warehouse", area.Warehouse.Argument, "--verbose", .. area.Filter("public.t", "no_such_column = 1")])).Expect(2));
        said.Add((await Run(area, ["migrate", "--source", keywords, "--warehouse", area.Warehouse.Argument, "--verbose", "--run-id", "r1", "--on-error", "continue", .. area.Filter("public.t", "1/(id-3) < 5")])).Expect(2));
        said.Add((await Run(area, "sample", "--source", keywords.Replace(parts.Database!, "nowhere", StringComparison.Ordinal), "--verbose")).Expect(2));
        said.Add((await Run(area, "plan", "--source", new NpgsqlConnectionStringBuilder(keywords) { Port = 1 }.ConnectionString, "--verbose")).Expect(2));
        said.Add((await Run(area, "plan", "--source", new NpgsqlConnectionStringBuilder(keywords) { Host = "nowhere.invalid" }.ConnectionString, "--verbose", "-o", "json")).Expect(2));
        said.Add((await Run(area, "plan", "--source", new NpgsqlConnectionStringBuilder(keywords) { Username = "nobody" }.ConnectionString, "--verbose")).Expect(2));
        said.Add((await Run(area, "plan", "--source", new NpgsqlConnectionStringBuilder(keywords) { SslMode = SslMode.VerifyFull }.ConnectionString, "--verbose")).Expect(2));
        said.Add((await Run(area, "plan", "--source", $"{keywords};Nonsense=1", "--verbose")).Expect(64));
        said.Add((await Run(area, "plan", "--source", $"{uri}?nonsense=1", "--verbose")).Expect(64));
        said.Add((await Run(area, "plan", "--source", uri.Replace(Uri.EscapeDataString(Password), Password, StringComparison.Ordinal), "--verbose")).Expect(64));
        said.Add((await Run(area, "plan", uri)).Expect(64));

        // In the middle of a run its journal holds what its orchestrations were given.
        var gated = area.Filter("public.t", Gate.Filter("id = 3"));
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        await using (var killed = area.Mammoth(["migrate", "--source", keywords, "--warehouse", area.Warehouse.Argument, .. gated]))
        {
            await gate.Reached(killed, Cancellation);
            await killed.Kill();
            said.Add(await killed.End(Cancellation));
            await gate.Open(Cancellation);
        }
        Assert.Contains(Directory.EnumerateFiles(Path.Combine(area.Folder, "state"), "*", SearchOption.AllDirectories), f => f.EndsWith(".db", StringComparison.Ordinal));

        Nowhere(area, said, [Password, Uri.EscapeDataString(Password), "Pl4nted"]);
    }

    [Fact]
    public async Task A_signature_and_an_accounts_key_are_nowhere()
    {
        var container = await azurite.CreateContainer(Cancellation);
        using var area = new MigrationArea(await Source(), readers, container);
        var sas = container.Client.GenerateSasUri(BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddHours(1)).Query;
        var signature = Uri.UnescapeDataString(sas[(sas.IndexOf("sig=", StringComparison.Ordinal) + 4)..].Split('&')[0]);
        var key = container.ConnectionString.Split("AccountKey=")[1].Split(';')[0];
        var place = $"{container.Url}/lake{sas}";
        var said = new List<Ended>
        {
            (await Run(area, "migrate", "--source", area.Source.ConnectionString, "--warehouse", place)).Expect(0),
            (await Run(area, "migrate", "--source", area.Source.ConnectionString, "--warehouse", place, "-o", "json", "--verbose")).Expect(0),
            (await Run(area, "tables", "list", "-w", place)).Expect(0),
            (await Run(area, "tables", "files", "public.t", "-w", place, "-o", "json")).Expect(0),
            (await Run(area, "tables", "snapshots", "public.t", "-w", place)).Expect(0),
            (await Run(area, "read", "public.t", "-w", place)).Expect(0),
            (await Run(area, "verify", "-w", place, "--verbose")).Expect(0),

            // A signature that has expired, one that is cut, a container that is not there, a wrong key, nobody at the port.
            (await Run(area, "tables", "list", "--verbose", "-w", $"{container.Url}/lake{container.Client.GenerateSasUri(BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddMinutes(-5)).Query}")).Expect(2),
            (await Run(area, "migrate", "--verbose", "--source", area.Source.ConnectionString, "-w", place.Replace("sp=", "sp=r", StringComparison.Ordinal))).Expect(2),
            await Run(area, "tables", "list", "--verbose", "-w", place.Replace(container.Name, "nothere", StringComparison.Ordinal)),
            await Run(area, "tables", "list", place),
            await Keyed(area, container.ConnectionString.Replace(key, Convert.ToBase64String(Encoding.UTF8.GetBytes("planted-wrong-key-of-somebody-else")), StringComparison.Ordinal), container.Url),
            await Keyed(area, container.ConnectionString, container.Url),
        };

        var secrets = said.Count > 0 ? new[] { signature, Uri.EscapeDataString(signature), key, Convert.ToBase64String(Encoding.UTF8.GetBytes("planted-wrong-key-of-somebody-else")), "sig=" } : [];
        Nowhere(area, said, secrets);
        await foreach (var blob in container.Client.GetBlobsAsync(cancellationToken: Cancellation))
        {
            var content = (await container.Client.GetBlobClient(blob.Name).DownloadContentAsync(Cancellation)).Value.Content.ToMemory();
            foreach (var secret in secrets)
                Assert.False(Holds(content.Span, secret), $"{blob.Name} holds '{secret}'.");
        }
    }

    /// <summary>In a process of its own where a run's state is left behind.</summary>
    private static async Task<Ended> Run(MigrationArea area, params string[] line)
    {
        if (line[0] != "migrate")
        {
            var here = await Cli.CommandLine.RunAsync(line);
            return new(here.ExitCode, here.Out, here.Error);
        }
        await using var process = area.Mammoth(line);
        return await process.End(Cancellation);
    }

    private static async Task<Ended> Keyed(MigrationArea area, string connection, string url)
    {
        await using var process = MammothProcess.Start(["tables", "list", "--verbose", "-w", $"{url}/lake"], new Dictionary<string, string>
        {
            ["MAMMOTH_AZURE_CONNECTION"] = connection,
            ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"),
        });
        return await process.End(Cancellation);
    }

    private static void Nowhere(MigrationArea area, List<Ended> said, IReadOnlyList<string> secrets)
    {
        foreach (var secret in secrets)
        {
            foreach (var ended in said)
                Assert.False((ended.Output + ended.Errors).Contains(secret, StringComparison.Ordinal), $"'{secret}' was printed. {ended}");
            foreach (var file in Directory.EnumerateFiles(area.Folder, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/config-", StringComparison.Ordinal)))
                Assert.False(Holds(File.ReadAllBytes(file), secret), $"{file} holds '{secret}'.");
        }
    }

    /// <summary>As bytes: a journal is no text. Also as JSON and HTML write it.</summary>
    private static bool Holds(ReadOnlySpan<byte> content, string secret)
    {
        foreach (var form in (string[])[secret, System.Text.Json.JsonSerializer.Serialize(secret)[1..^1], System.Net.WebUtility.HtmlEncode(secret)])
            if (content.IndexOf(Encoding.UTF8.GetBytes(form)) >= 0 || content.IndexOf(Encoding.Unicode.GetBytes(form)) >= 0)
                return true;
        return false;
    }

    private async Task<SourceDatabase> Source() =>
        await SourceDatabase.Create(postgres, "planted", "CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t SELECT g, 'x' FROM generate_series(1, 10) g; CREATE TABLE u (id int); INSERT INTO u VALUES (1)", Cancellation);

    /// <summary>A role whose password no other text here is like.</summary>
    private static async Task<string> Login(SourceDatabase source)
    {
        var role = $"planted_{Guid.NewGuid():N}";
        await source.Run($"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD {Mammoth.Postgres.Catalog.Identifier.Literal(Password)}", Cancellation);
        return source.As(b => (b.Username, b.Password) = (role, Password));
    }
}
