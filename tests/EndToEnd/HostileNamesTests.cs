using System.Globalization;
using System.Text.RegularExpressions;
using Mammoth.Migration.Reports;
using Mammoth.Postgres.Catalog;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Page.Browsing;

namespace Mammoth.Tests.EndToEnd;

/// <summary>
/// A database whose names and values attack whoever puts them into SQL, paths, URLs, HTML, markup, formats or a terminal. All of it is migrated, and shown in every way there is:
/// each row arrives under a name of its own, and nothing else happens.
/// </summary>
public sealed partial class HostileNamesTests(PostgresFixture postgres, Readers readers, Chromium chromium)
{
    /// <summary>PostgreSQL takes 63 bytes.</summary>
    private static readonly string[] Names =
    [
        "\"; DROP TABLE public.canary; --",
        "'; DROP TABLE public.canary; --",
        "\\'; DROP TABLE public.canary; --",
        "$$; DROP TABLE public.canary; $$",
        "../../../../tmp/mammoth-escaped",
        "..\\..\\mammoth-escaped",
        "/tmp/mammoth-escaped",
        "..",
        ".",
        "%2e%2e%2fmammoth-escaped",
        "~2e~2e",
        "file:///etc/passwd",
        "C:\\mammoth-escaped",
        "NUL",
        "con.txt",
        "line\nbreak\r\nend",
        "tab\tand\vothers\b\a",
        "\u0001\u0002\u007f%00\\0\\x00",
        "\u001b[31mred\u001b[2J\u001b]0;title\a",
        "\u009b31mc1",
        "\u202Egnp.exe\u2066",
        "\u200F\u200Bzero\uFEFFwidth",
        "<script>window.pwned = 1</script>",
        "<img src=x onerror=\"window.pwned = 1\">",
        "\" onmouseover=\"window.pwned = 1",
        "javascript:window.pwned=1",
        "`touch mammoth-escaped`",
        "$(touch mammoth-escaped)",
        "; touch mammoth-escaped #",
        "{0} {{1}} %s %n %1$s",
        "[red]markup[/] [/] [[",
        "*",
        "a.b.c",
        "a/b?c=d#e&f",
        "--version",
        "-rf",
        " leading and trailing ",
        "ЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄЄ",
        "🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣",
        "e\u0301 and é",
        "SELECT",
        "Same",
        "same",
        "content__LARGE",
        "_mammoth",
        "metadata",
        "data",
    ];

    private static readonly string[] Schemas = ["..", "../../../../tmp/mammoth-escaped", "\"; DROP SCHEMA public CASCADE; --", "<script>window.pwned = 1</script>", "\u001b[31m\u202E", "%2e%2e", "_mammoth"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_that_attack_are_names_and_nothing_else()
    {
        var source = await Source();
        using var area = new MigrationArea(source, readers);
        string[] outside = Outside(area);

        // As JSON, which is judged, and as text, which somebody reads.
        var plan = await Run(area, "plan", "--source", source.ConnectionString);
        RunReport report = (await area.Migrate()).Expect(0).Report;
        Assert.Equal(Names.Length + Schemas.Length + 1, report.Tables.Count);
        var again = await Run(area, "migrate", "--source", source.ConnectionString, "--warehouse", area.Warehouse.Argument);
        Assert.Equal(1, (await source.Query<int>("SELECT id FROM public.canary", Cancellation)).Single());

        // Each place is below the warehouse, and no two are one.
        string root = Path.GetFullPath(area.Warehouse.Argument) + "/";
        string[] places = [.. report.Tables.Select(t => Path.GetFullPath(t.Location!["file://".Length..]))];
        Assert.All(places, p => Assert.Matches("^" + Regex.Escape(root) + "[A-Za-z0-9~._-]+/[A-Za-z0-9~._-]+$", p));
        Assert.Equal(places.Length, places.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(outside, Outside(area));

        string warehouse = area.Warehouse.Argument;
        await Run(area, "verify", "--warehouse", warehouse);
        await Run(area, "clean", "--warehouse", warehouse, "--older-than", "10s", "--delete");
        await Run(area, "tables", "list", "--warehouse", warehouse);
        foreach (TableReport table in report.Tables.Where((_, i) => i % 12 == 0))
        {
            // What a user would have to type: the name in the warehouse.
            string name = $"{table.Namespace}.{table.Name}";
            foreach (string command in new[] { "schema", "snapshots", "files" })
                await Run(area, "tables", command, "--warehouse", warehouse, "--", name);
            foreach (string form in new[] { "text", "csv", "json" })
                await Run(area, "read", "--warehouse", warehouse, "--output", form, "--", name);
        }

        // After all of it: what is wrong from the beginning is wrong now.
        await area.JudgeAll(report);
        await Look(area);
        Assert.Equal(outside, Outside(area));
        Assert.Equal(1, (await source.Query<int>("SELECT id FROM public.canary", Cancellation)).Single());
        Assert.Equal(Schemas.Length + 1, (await source.Query<long>("SELECT count(DISTINCT table_schema) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')", Cancellation)).Single());
        Assert.Contains("canary", plan + again, StringComparison.Ordinal);
    }

    /// <summary>The page of each run, and the server's own, in a browser; and the API.</summary>
    private async Task Look(MigrationArea area)
    {
        string[] pages = Directory.GetFiles(Path.Combine(area.Warehouse.Argument, "_mammoth", "runs"), "report.html", SearchOption.AllDirectories);
        Assert.Equal(2, pages.Length);
        foreach (string page in pages)
        {
            await using var tab = await (await chromium.Browser(Cancellation)).NewContextAsync();
            var shown = await tab.NewPageAsync();
            await shown.GotoAsync($"file://{page}");
            Assert.True(await shown.EvaluateAsync<bool>("() => document.body.innerText.includes('<script>window.pwned = 1</script>')"));
            await shown.EvaluateAsync("() => document.querySelectorAll('details').forEach(d => d.open = true)");
            Assert.False(await shown.EvaluateAsync<bool>("() => 'pwned' in window"));
            Assert.Equal(0, await shown.EvaluateAsync<int>("() => document.querySelectorAll('img, [onmouseover], [onerror], a[href^=javascript]').length"));
        }

        string key = await ApiServer.CreateKey(area.Folder);
        await using var server = await ApiServer.Start(area.Folder, key, new Dictionary<string, string> { ["MAMMOTH_SOURCE"] = area.Source.ConnectionString, ["MAMMOTH_WAREHOUSE"] = area.Warehouse.Argument }, []);
        var tables = (await server.Get("api/v1/tables")).Json["tables"]!.AsArray();
        Assert.Equal(Names.Length + Schemas.Length + 1, tables.Count);
        foreach (var table in tables)
        {
            (string space, string name) = (table!["namespace"]!.GetValue<string>(), table["name"]!.GetValue<string>());

            // A client takes these for steps up and down, and asks for something else.
            if (space is "." or ".." || name is "." or "..")
                continue;
            string path = $"{Uri.EscapeDataString(space)}/{Uri.EscapeDataString(name)}";
            Answer answer = await server.Get($"api/v1/tables/{path}");
            Assert.True(answer.Status == System.Net.HttpStatusCode.OK, $"{space}.{name}: {answer.Text}");
            Assert.Equal(name, (string?)answer["table"]!["name"]);
            answer = await server.Get($"iceberg/v1/namespaces/{Uri.EscapeDataString(space)}/tables/{Uri.EscapeDataString(name)}");
            Assert.True(answer.Status == System.Net.HttpStatusCode.OK, $"{space}.{name}: {answer.Text}");
        }

        string run = await server.Migrate();
        Assert.Equal("succeeded", (string?)(await server.Ended(run))["state"]);
        foreach (string part in new[] { "report", "plan" })
            Assert.Equal(System.Net.HttpStatusCode.OK, (await server.Get($"{run}/{part}")).Status);
        foreach (string at in new[] { "#/runs", $"#/runs/{run.Split('/')[^1]}", "#/tables", $"#/tables/public/{Uri.EscapeDataString("<img src=x onerror=\"window.pwned = 1\">")}" })
        {
            await using var visit = await Visit.Begin(chromium, server, at);
            await visit.Page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);
            await visit.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach(d => d.open = true)");
            Assert.False(await visit.Page.EvaluateAsync<bool>("() => 'pwned' in window"));
            Assert.Equal(0, await visit.Page.EvaluateAsync<int>("() => document.querySelectorAll('img[onerror], [onmouseover], a[href^=javascript]').length"));
            visit.WentWell();
        }

        Printable(server.Said, "the server");
    }

    /// <summary>Runs a command, which must succeed, and must write nothing that does more to a terminal than show.</summary>
    private static async Task<string> Run(MigrationArea area, params string[] arguments)
    {
        Ended ended;
        if (arguments[0] is "tables" or "read")
        {
            ended = await MigrationArea.RunHere(arguments);
        }
        else
        {
            await using var process = area.Mammoth(arguments);
            ended = await process.End(Cancellation);
        }

        ended.Expect(0);
        bool isData = arguments.Contains("csv") || arguments.Contains("json");
        if (!isData)
            Printable(ended.Output, string.Join(' ', arguments));
        Printable(ended.Errors, string.Join(' ', arguments));
        return ended.Output + ended.Errors;
    }

    private static void Printable(string said, string what)
    {
        string found = string.Concat(said.Where(c => (char.IsControl(c) && c != '\n') || c is '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
            .Distinct().Select(c => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")));
        Assert.True(found.Length == 0, $"{what} wrote {found}");
    }

    /// <summary>What there is beside the warehouse where a path could lead.</summary>
    private static string[] Outside(MigrationArea area) =>
    [
        .. Directory.EnumerateFileSystemEntries(area.Folder).Where(f => Path.GetFileName(f) is not ("warehouse" or "state") && !Path.GetFileName(f).StartsWith("dotnet-", StringComparison.Ordinal) && !Path.GetFileName(f).StartsWith("clr-", StringComparison.Ordinal)),
        .. Directory.EnumerateFileSystemEntries(Path.GetTempPath(), "*escaped*"),
        .. Directory.EnumerateFileSystemEntries(Environment.CurrentDirectory, "*escaped*"),
    ];

    /// <summary>Each name is a table's with a column of each of the others near it, and a value, a comment, a default and a key's name; each schema has one table.</summary>
    private async Task<SourceDatabase> Source()
    {
        var sql = new List<string> { "CREATE TABLE public.canary (id integer PRIMARY KEY); INSERT INTO public.canary VALUES (1)" };
        foreach (string schema in Schemas)
            sql.Add($"CREATE SCHEMA {Identifier.Quote(schema)}; CREATE TABLE {Identifier.Quote(schema)}.{Identifier.Quote(schema)} AS SELECT 1 AS id, {Identifier.Literal(schema)}::text AS {Identifier.Quote(schema)}");
        for (int i = 0; i < Names.Length; i++)
        {
            string table = Identifier.Quote(Names[i]);
            string[] columns = [Names[i], .. Enumerable.Range(1, 4).Select(n => Names[(i + (n * 7)) % Names.Length])];
            sql.Add($"CREATE TABLE public.{table} (\"the key\" integer, {string.Join(", ", columns.Select(c => $"{Identifier.Quote(c)} text DEFAULT {Identifier.Literal(c)}"))}, PRIMARY KEY (\"the key\"))");
            sql.Add($"INSERT INTO public.{table} SELECT g FROM generate_series(1, 3) g");
            sql.Add($"COMMENT ON TABLE public.{table} IS {Identifier.Literal(Names[i])}; COMMENT ON COLUMN public.{table}.{table} IS {Identifier.Literal(Names[i])}");
            if (i > 0)
                sql.Add($"ALTER TABLE public.{table} ADD CONSTRAINT {Identifier.Quote(Names[i - 1])} FOREIGN KEY (\"the key\") REFERENCES public.{Identifier.Quote(Names[i - 1])}");
        }

        return await SourceDatabase.Create(postgres, "names", string.Join(";\n", sql), Cancellation);
    }
}
