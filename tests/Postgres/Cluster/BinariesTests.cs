using Mammoth.Postgres.Cluster;

namespace Mammoth.Tests.Postgres.Cluster;

/// <summary>Where PostgreSQL's programs are looked for, and how they are run.</summary>
public sealed class BinariesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mammoth-bin-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("initdb")]
    [InlineData("pg_ctl")]
    [InlineData("postgres")]
    public void A_folder_that_lacks_one_of_the_programs_is_none(string missing)
    {
        Fill(folder, "initdb", "pg_ctl", "postgres");
        Assert.Equal((folder, "here"), (Binaries.In(folder, "here")!.Directory, Binaries.In(folder, "here")!.Origin));
        File.Delete(Binaries.In(folder, "here")!.Program(missing));
        Assert.Null(Binaries.In(folder, "here"));
    }

    [Fact]
    public void A_folder_of_links_leads_to_the_real_one_beside_which_the_server_finds_its_files()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need privileges there.");
        string real = Directory.CreateDirectory(Path.Combine(folder, "17", "bin")).FullName;
        string links = Directory.CreateDirectory(Path.Combine(folder, "links")).FullName;
        Fill(real, "initdb", "pg_ctl", "postgres");
        foreach (string name in Names("initdb", "pg_ctl", "postgres"))
            File.CreateSymbolicLink(Path.Combine(links, name), Path.Combine("..", "17", "bin", name));
        Assert.Equal(real, Binaries.In(links, "PATH")!.Directory);
    }

    [Fact]
    public void Links_that_lead_where_not_all_programs_are_stay_links()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need privileges there.");
        string real = Directory.CreateDirectory(Path.Combine(folder, "only-postgres")).FullName;
        string links = Directory.CreateDirectory(Path.Combine(folder, "mixed")).FullName;
        Fill(real, "postgres");
        Fill(links, "initdb", "pg_ctl");
        File.CreateSymbolicLink(Path.Combine(links, "postgres"), Path.Combine(real, "postgres"));
        Assert.Equal(links, Binaries.In(links, "PATH")!.Directory);
    }

    [Fact]
    public void A_dangling_link_is_no_program()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need privileges there.");
        Fill(folder, "initdb", "pg_ctl");
        File.CreateSymbolicLink(Path.Combine(folder, "postgres"), Path.Combine(folder, "gone"));
        Assert.Null(Binaries.In(folder, "here"));
    }

    [Fact]
    public async Task A_program_that_never_ends_is_ended_with_its_children_and_says_so()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");
        string marker = Path.Combine(folder, "child");
        CommandResult result = await Command.RunAsync(["/bin/sh", "-c", $"sleep 100 & echo $! > {marker}; wait"], TimeSpan.FromSeconds(2), Cancel);
        Assert.Equal(-1, result.ExitCode);
        Assert.Contains("sh gave no answer within 2 seconds", result.Output, StringComparison.Ordinal);
        string child = (await File.ReadAllTextAsync(marker, Cancel)).Trim();
        for (int i = 0; i < 100 && IsSleeping(child); i++)
            await Task.Delay(50, Cancel);
        Assert.False(IsSleeping(child));
    }

    [Fact]
    public async Task Much_that_is_said_on_both_outputs_is_all_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");
        CommandResult result = await Command.RunAsync(["/bin/sh", "-c", "i=0; while [ $i -lt 3000 ]; do echo out-out-out-out-out-out-out-$i; echo err-err-err-err-err-err-err-$i >&2; i=$((i+1)); done; exit 3"], TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal((3, false), (result.ExitCode, result.Succeeded));
        Assert.Contains("out-2999", result.Output, StringComparison.Ordinal);
        Assert.Contains("err-2999", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_for_psql_do_not_reach_a_server_and_messages_are_English()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no env.");
        var variables = new Dictionary<string, string> { ["PGPORT"] = "1", ["PGDATA"] = "/nowhere", ["MAMMOTH_KEPT"] = "yes" };
        CommandResult result = await Command.RunAsync(["env"], TimeSpan.FromMinutes(1), Cancel, variables);
        Assert.DoesNotContain("PGPORT", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("PGDATA", result.Output, StringComparison.Ordinal);
        Assert.Contains("MAMMOTH_KEPT=yes", result.Output, StringComparison.Ordinal);
        Assert.Contains("LC_ALL=C", result.Output, StringComparison.Ordinal);
    }

    private static bool IsSleeping(string process) =>
        File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static string[] Names(params string[] programs) => [.. programs.Select(p => OperatingSystem.IsWindows() ? $"{p}.exe" : p)];

    private static void Fill(string folder, params string[] programs)
    {
        foreach (string name in Names(programs))
            File.WriteAllText(Path.Combine(folder, name), "");
    }
}
