using System.Text;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>
/// Secrets that can be found again are given in every way there is, to runs that succeed, fail and are killed; then all that was said and written is searched for them:
/// output, logs, answers, the journal in mid-run, the keys' file, every file of the warehouse.
/// </summary>
public sealed class PlantedSecretTests(PostgresFixture postgres, AzuriteFixture azurite, Readers readers)
{
    private const string Password = "Planted/pass+word?4711";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_password_is_in_what_a_command_says_records_or_writes()
    {
        var owner = await Source();
        await using var role = await TestRole.Create(owner, Cancellation, $"PASSWORD '{Password}'");
        using var area = new MigrationArea(new(With(role)), readers);
        var said = new StringBuilder();

        // Killed at one row: the journal is there, with all that a run remembers.
        await using (var gate = await Gate.Close(owner, Cancellation))
        await using (var process = area.Start([.. area.Filter("public.slow", Gate.Filter("id = 50")), "--slots", "1", "--verbose"]))
        {
            await gate.Reached(process, Cancellation);
            await process.Kill();
            said.Append(await process.End(Cancellation));
            Search(area.Folder, role.Name);
            await gate.Open(Cancellation);
        }

        said.Append((await area.Migrate([.. area.Filter("public.slow", "true"), "--verbose"])).Expect(0));
        await owner.Run($"REVOKE SELECT ON public.slow FROM {role.Name}", Cancellation);
        said.Append((await area.Migrate("--verbose")).Expect(2));
        foreach (string broken in new[] { "Port=1", "Database=nowhere", "Username=nobody", "SSL Mode=VerifyFull", "Nonsense=1" })
        {
            await using var process = area.Mammoth("migrate", "--source", $"{With(role)};{broken}", "--warehouse", area.Warehouse.Argument, "--verbose");
            var ended = await process.End(Cancellation);
            Assert.NotEqual(0, ended.ExitCode);
            said.Append(ended);
        }

        // Every command, given it as part of a URI, by the variable of the source, and by libpq's.
        var target = new Npgsql.NpgsqlConnectionStringBuilder(With(role));
        string place = $"{target.Host}:{target.Port}/{target.Database}";
        (string Source, string Variable)[] ways = [($"postgresql://{role.Name}:{Uri.EscapeDataString(Password)}@{place}", ""), ($"postgresql://{role.Name}@{place}", Password)];
        foreach (var (source, variable) in ways)
        {
            foreach (string[] command in (string[][])[["plan"], ["migrate", "--exclude", "public.slow"], ["verify"], ["rehearse", "--into", source], ["tables", "list"], ["clean"], ["read", "public.slow"], ["sample", "--size", "small"], ["migrate", "--include", source], ["read", source]])
            {
                await using var process = MammothProcess.Start(
                    [.. command, "--verbose", .. command[0] is "sample" or "plan" ? (string[])[] : ["--warehouse", area.Warehouse.Argument]],
                    new Dictionary<string, string> { ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"), ["TMPDIR"] = area.Folder, ["MAMMOTH_SOURCE"] = source, ["PGPASSWORD"] = variable });
                said.Append(await process.End(Cancellation));
            }
        }

        Assert.Contains(role.Name, said.ToString(), StringComparison.Ordinal);
        Refuse(said.ToString(), "what was said", Password);
        Search(area.Folder, role.Name);
    }

    [Fact]
    public async Task No_password_and_no_key_is_in_what_a_server_says_records_or_answers()
    {
        var owner = await Source();
        await using var role = await TestRole.Create(owner, Cancellation, $"PASSWORD '{Password}'");
        string folder = Directory.CreateTempSubdirectory("mammoth-secrets-").FullName;
        try
        {
            string key = await ApiServer.CreateKey(folder);
            var environment = new Dictionary<string, string> { ["MAMMOTH_SOURCE"] = With(role), ["MAMMOTH_WAREHOUSE"] = Path.Combine(folder, "lake"), ["MAMMOTH_REHEARSAL_TARGET"] = With(role) };
            var answers = new StringBuilder();
            await using (var server = await ApiServer.Start(folder, key, environment, ["--verbose"]))
            {
                string good = await server.Migrate();
                answers.Append(await server.Ended(good));
                await owner.Run($"ALTER ROLE {role.Name} CREATEDB", Cancellation);
                answers.Append(await server.Ended(await server.Rehearse()));
                await owner.Run($"ALTER ROLE {role.Name} NOCREATEDB", Cancellation);
                answers.Append(await server.Ended(await server.Rehearse()));
                await owner.Run($"REVOKE SELECT ON public.slow FROM {role.Name}", Cancellation);
                string bad = await server.Migrate();
                answers.Append(await server.Ended(bad));
                foreach (string path in new[] { "api/v1/info", "api/v1/runs", $"{good}/report", $"{good}/plan", $"{bad}/report", "api/v1/tables/public/slow", "iceberg/v1/namespaces/public/tables/slow" })
                    answers.Append((await server.Get(path)).Text);
                answers.Append((await server.Post("api/v1/plan", "{}")).Text).Append(server.Said);
            }

            Assert.Contains(role.Name, answers.ToString(), StringComparison.Ordinal);
            Refuse(answers.ToString(), "what was answered", Password, key);
            Search(folder, role.Name, key);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task No_signature_is_in_what_a_run_into_a_signed_address_says_or_writes()
    {
        var container = await azurite.CreateContainer(Cancellation);
        var permissions = BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List | BlobContainerSasPermissions.Write | BlobContainerSasPermissions.Create | BlobContainerSasPermissions.Delete | BlobContainerSasPermissions.Add;
        string query = container.Client.GenerateSasUri(permissions, DateTimeOffset.UtcNow.AddHours(1)).Query;
        string signature = Uri.UnescapeDataString(query.Split("sig=")[1].Split('&')[0]);
        using var area = new MigrationArea(await Source(), readers);
        await using var process = area.Mammoth("migrate", "--source", area.Source.ConnectionString, "--warehouse", $"{container.Url}/lake{query}", "--verbose");
        var ended = (await process.End(Cancellation)).Expect(0);
        await using var failing = area.Mammoth("migrate", "--source", area.Source.ConnectionString, "--warehouse", $"{container.Url}nowhere/lake{query}", "--verbose");
        var failed = await failing.End(Cancellation);
        Assert.NotEqual(0, failed.ExitCode);

        Refuse($"{ended}{failed}", "what was said", signature);
        Search(area.Folder, null, signature);
        int blobs = 0;
        await foreach (BlobItem blob in container.Client.GetBlobsAsync(cancellationToken: Cancellation))
        {
            var content = await container.Client.GetBlobClient(blob.Name).DownloadContentAsync(Cancellation);
            Refuse(Encoding.Latin1.GetString(content.Value.Content), blob.Name, signature);
            blobs++;
        }

        Assert.True(blobs > 8, $"{blobs} blobs");
    }

    [Fact]
    public async Task No_account_key_is_in_what_a_run_says_or_writes()
    {
        var container = await azurite.CreateContainer(Cancellation);
        string key = container.ConnectionString.Split("AccountKey=")[1].Split(';')[0];
        string wrong = Convert.ToBase64String(Encoding.ASCII.GetBytes("planted-account-key-4711-which-is-wrong"));
        using var area = new MigrationArea(await Source(), readers);
        var said = new StringBuilder();
        foreach (var (connection, exitCode) in new[] { (container.ConnectionString, 0), (container.ConnectionString.Replace(key, wrong, StringComparison.Ordinal), 2) })
        {
            await using var process = MammothProcess.Start(
                ["migrate", "--source", area.Source.ConnectionString, "--warehouse", $"{container.Url}/lake", "--verbose"],
                new Dictionary<string, string> { ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"), ["TMPDIR"] = area.Folder, ["MAMMOTH_AZURE_CONNECTION"] = connection });
            said.Append((await process.End(Cancellation)).Expect(exitCode));
        }

        Assert.Contains("MAMMOTH_AZURE_CONNECTION", said.ToString(), StringComparison.Ordinal);
        Refuse(said.ToString(), "what was said", key, wrong);
        Search(area.Folder, null, key, wrong);
    }

    private static string With(TestRole role) => role.Source.As(c => c.Password = Password);

    /// <summary>All files below a folder hold no secret.</summary>
    /// <param name="known">What is no secret and must be in one of them, so that something was there to be found.</param>
    private static void Search(string folder, string? known, params string[] more)
    {
        bool found = known is null;
        // A runtime that is killed leaves its pipes behind, and whoever opens one waits for ever.
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith("clr-debug-pipe-", StringComparison.Ordinal) && !Path.GetFileName(f).StartsWith("dotnet-diagnostic-", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            string text = Encoding.Latin1.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
            found |= known is not null && text.Contains(known, StringComparison.Ordinal);
            Refuse(text, file, [Password, .. more]);
        }

        Assert.True(found, $"Nothing in {folder} names {known}.");
    }

    /// <summary>As it is, within a URL, and within JSON.</summary>
    private static void Refuse(string text, string where, params string[] secrets)
    {
        foreach (string secret in secrets)
        {
            foreach (string form in new[] { secret, Uri.EscapeDataString(secret), System.Text.Json.JsonEncodedText.Encode(secret).ToString() })
                Assert.False(text.Contains(form, StringComparison.OrdinalIgnoreCase), $"{where} holds a secret.");
        }
    }

    private async Task<SourceDatabase> Source() => await SourceDatabase.Create(
        postgres, "secrets", "CREATE TABLE public.slow (id integer PRIMARY KEY, value text); INSERT INTO public.slow SELECT g, 'v' || g FROM generate_series(1, 100) g", Cancellation);
}
