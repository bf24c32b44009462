using Mammoth.Cli.Rendering;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Spectre.Console;

namespace Mammoth.Tests.Cli;

/// <summary>
/// Names, comments and errors come from databases. None of them may move the cursor, recolour the screen, rename the window or turn letters around,
/// whichever view shows them.
/// </summary>
public sealed class PrintableTests
{
    /// <summary>Clears the screen, sets the title, links, moves up, rings; C1's one-byte CSI; turns the direction of writing.</summary>
    private const string Attack = "a\u001b[2Jb\u001b]0;owned\u0007c\u001b]8;;http://x\u001b\\d\u001b[1Ae\u009b31mf\rg\vh\u007fi\u202Egnp.exe\u2066j\tk\0l";

    [Fact]
    public void Every_view_shows_an_attack_as_plain_text()
    {
        MigrationPlan plan = SomeRun.Plan();
        plan = plan with
        {
            Database = Attack,
            Tables = [.. plan.Tables.Select(t => t with { Source = new(Attack, Attack), Namespace = Attack, Name = Attack, Columns = [.. t.Columns.Select(c => c with { Source = Attack, SourceType = Attack, TargetType = Attack, Note = Attack })] })],
            LeftOut = [new(new(Attack, Attack), Attack, Attack)],
            Cycles = [[new(Attack, Attack), new(Attack, Attack)]],
            Notes = [Attack],
        };
        RunReport report = SomeRun.FailedReport();
        report = report with
        {
            Database = Attack,
            Source = Attack,
            Warehouse = Attack,
            Tag = Attack,
            Consistency = Consistency.Table,
            Tables = [.. report.Tables.Select(t => t with { Source = Attack, Namespace = Attack, Name = Attack, Error = Attack, Location = Attack, MetadataLocation = Attack })],
            LeftOut = [new(Attack, Attack, Attack)],
            Notes = [Attack],
        };
        RunProgress run = new(TimeProvider.System);
        run.Report(new ProgressEvent.Planned(plan));
        run.Report(new ProgressEvent.Copied(0, 1, 1));
        run.Report(new ProgressEvent.Warning(Attack));

        Harmless(console => PlanView.Show(console, plan, everyColumn: true));
        Harmless(console => ReportView.Show(console, report));
        Harmless(console => ReportView.ShowQueries(console, SomeRun.Report() with { Warehouse = Attack, Tables = [SomeRun.Result(Attack, Attack, Outcome.Published, 1, 1) with { Location = Attack, MetadataLocation = Attack }] }));
        Harmless(console => console.Write(run.Look(LiveProgress.Render)));
        Harmless(console =>
        {
            PlainProgress lines = new(console, TimeSpan.Zero);
            lines.Show(new ProgressEvent.TableDone(0, report.Tables[0]), run);
            lines.Show(new ProgressEvent.TableDone(0, report.Tables[1]), run);
            lines.Show(new ProgressEvent.Restarted(0, Attack), run);
            lines.Show(new ProgressEvent.Warning(Attack), run);
        });
        Harmless(console => Mammoth.Cli.Errors.ErrorPage.Show(console, new(Attack, Attack, Attack, 2) { Table = Attack }));
        Harmless(console => console.MarkupLineInterpolated($"[red]{Attack}[/]"));
        Harmless(console => console.WriteLine(Attack));
    }

    [Fact]
    public void A_terminals_own_colours_still_reach_it()
    {
        string text = Shown(console => console.MarkupLine("[red]red[/]"), ansi: true);

        Assert.Contains("\u001b[", text, StringComparison.Ordinal);
        Assert.Contains("red", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_colourful_terminal_gets_no_sequence_of_the_datas()
    {
        string text = Shown(console => console.MarkupLineInterpolated($"[red]{Attack}[/]"), ansi: true);

        Assert.DoesNotContain("\u001b[2J", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u009b", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Łukasz 🦣 مرحبا 日本語 e\u0301", "Łukasz 🦣 مرحبا 日本語 e\u0301")]
    [InlineData("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦")]
    [InlineData("a\nb\r\n\tc", "a␊b␍␊␉c")]
    [InlineData("\u001b[31m", "·[31m")]
    [InlineData("\u202Eabc", "·abc")]
    [InlineData("", "")]
    public void Letters_of_every_script_stay_as_they_are(string text, string shown) => Assert.Equal(shown, Printable.Of(text));

    /// <summary>Borders stand below one another: a control character is as wide as what is shown for it.</summary>
    [Fact]
    public void A_hostile_name_does_not_bend_a_tables_border()
    {
        MigrationPlan plan = SomeRun.Plan();
        plan = plan with { Tables = [.. plan.Tables.Select((t, i) => t with { Source = new("shop", i == 0 ? "x\u001b[31m\u0007y" : "plain") })], Cycles = [], LeftOut = [], Notes = [] };
        string[] lines = [.. Shown(console => PlanView.Show(console, plan, everyColumn: false), ansi: false).Split('\n').Where(l => l.StartsWith('│') || l.StartsWith('╭') || l.StartsWith('╰') || l.StartsWith('├'))];

        Assert.True(lines.Length > 4);
        Assert.Single(lines.Select(l => l.TrimEnd('\r').Length).Distinct());
    }

    private static void Harmless(Action<IAnsiConsole> show)
    {
        string text = Shown(show, ansi: false);

        Assert.NotEmpty(text);
        Assert.Empty(text.Where(c => char.IsControl(c) && c is not ('\n' or '\r')).Select(c => $"U+{(int)c:X4}").Distinct());
        Assert.DoesNotContain("\r", text.Replace(Environment.NewLine, "\n", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(text, c => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F' or '\u061C');
    }

    private static string Shown(Action<IAnsiConsole> show, bool ansi)
    {
        using StringWriter text = new();
        if (!ansi)
        {
            show(Terminal.Plain(text, TextWriter.Null).Out);
            return text.ToString();
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.TrueColor });
        Printable.Guard(console);
        show(console);
        return text.ToString();
    }
}
