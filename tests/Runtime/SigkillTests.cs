using System.Diagnostics;
using Mammoth.Orchestrations.Local;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime;

/// <summary>A real process, really killed.</summary>
public sealed class SigkillTests
{
    private const string JournalVariable = "MAMMOTH_TEST_JOURNAL";

    private static readonly IReadOnlyList<Instruction> Program = Interpreter.Generate(new Random(42), 120, 1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_killed_again_and_again_comes_to_the_same_end()
    {
        using var journal = new LocalJournal();
        await using (var host = await journal.Open(new LocalOptions()))
            await host.Start<Interpreter>("program", new Interpreter.State(Program), Cancellation);

        var random = new Random();
        int kills = 0;
        for (int i = 0; i < 8; i++)
        {
            using var child = StartChild(journal.Path);
            while (!child.HasExited && !File.Exists(journal.Path + ".started"))
                await Task.Delay(5, Cancellation);
            await Task.Delay(random.Next(120), Cancellation);
            kills += child.HasExited ? 0 : 1;
            child.Kill();
            await child.WaitForExitAsync(Cancellation);
            File.Delete(journal.Path + ".started");
        }

        Assert.True(kills > 0);
        await using var last = await journal.Open();
        Assert.Equal(Interpreter.Expected(Program), await last.WaitForCompletion<long>("program", Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }

    /// <summary>Not a test: what <see cref="A_process_killed_again_and_again_comes_to_the_same_end"/> starts and kills.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        string? path = Environment.GetEnvironmentVariable(JournalVariable);
        Assert.SkipWhen(path is null, "Started by the test that kills it.");
        await using var host = await LocalHost.Open(path, Registrations.Registry(), cancellation: Cancellation);
        await File.WriteAllTextAsync(path + ".started", "", Cancellation);
        await host.WaitForEnd("program", Cancellation);
    }

    private static Process StartChild(string journal)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["exec", typeof(SigkillTests).Assembly.Location, "-method", $"{typeof(SigkillTests).FullName}.{nameof(Child)}", "-explicit", "only", "-noLogo"])
            start.ArgumentList.Add(argument);
        start.Environment[JournalVariable] = journal;
        var child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.ErrorDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }
}
