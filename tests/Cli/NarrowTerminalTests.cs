using System.Text.RegularExpressions;
using Mammoth.Cli.Rendering;
using Mammoth.Migration.Reports;
using Spectre.Console;

namespace Mammoth.Tests.Cli;

/// <summary>A terminal of 40 columns, such as a split window's: nothing is longer than a line, and boxes are closed.</summary>
public sealed partial class NarrowTerminalTests
{
    public static TheoryData<string, int> Views
    {
        get
        {
            TheoryData<string, int> data = [];
            foreach (string view in Shows.Keys)
            {
                foreach (int width in (int[])[40, 60, 80, 120])
                    data.Add(view, width);
            }

            return data;
        }
    }

    private static Dictionary<string, Action<IAnsiConsole>> Shows { get; } = new()
    {
        ["plan"] = console => PlanView.Show(console, SomeRun.Plan(), everyColumn: true),
        ["report"] = console => ReportView.Show(console, SomeRun.Report()),
        ["failed report"] = console => ReportView.Show(console, SomeRun.FailedReport()),
        ["progress"] = console =>
        {
            RunProgress run = new(TimeProvider.System);
            run.Report(new ProgressEvent.Planned(SomeRun.Plan()));
            for (int table = 0; table < 3; table++)
                run.Report(new ProgressEvent.Copied(table, 123_456_789, 987_654));

            run.Report(new ProgressEvent.Warning("ALTER TABLE shop.orders waits behind our lock since 12:00; --on-lock-waiter yield would let it pass"));
            console.Write(run.Look(LiveProgress.Render));
        },
        ["error"] = console => Mammoth.Cli.Errors.ErrorPage.Show(console, new("The role reader may not SELECT shop.orders, nor any other table of that schema.", "42501: permission denied for table orders", "Grant it, or leave the table out with --exclude \"shop.orders\".", 2)),
    };

    [Theory]
    [MemberData(nameof(Views))]
    public void No_line_is_longer_than_the_terminal_is_wide(string view, int width)
    {
        string[] lines = Lines(Shows[view], width);

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.True(Cells(line) <= width, $"{Cells(line)} cells: {line}"));
    }

    [Theory]
    [InlineData("plan", 100)]
    [InlineData("plan", 160)]
    [InlineData("report", 100)]
    [InlineData("report", 160)]
    public void Boxes_are_closed(string view, int width)
    {
        string[] box = [.. Lines(Shows[view], width).Where(l => l.Length > 0 && "│╭╰├".Contains(l[0], StringComparison.Ordinal))];

        Assert.True(box.Length > 4);
        Assert.All(box, line => Assert.Contains(line[^1], "│╮╯┤"));
        Assert.Single(box.Select(Cells).Distinct());
    }

    /// <summary>What a wide terminal tells, a narrow one tells too, on more lines.</summary>
    [Fact]
    public void No_error_loses_a_word()
    {
        string narrow = string.Concat(Lines(Shows["failed report"], 40).SkipWhile(l => l.Length > 0 && "│╭╰├".Contains(l[0], StringComparison.Ordinal))).Replace(" ", "", StringComparison.Ordinal);

        Assert.Contains("TherolereadermaynotSELECTshop.orders.Grantit,orleavethetableoutwith--exclude.", narrow, StringComparison.Ordinal);
        Assert.Contains("putrightwhattheerrorsname,andrunthesamecommandagain", narrow, StringComparison.Ordinal);
    }

    /// <summary>Spectre loops for ever where a letter of two cells is to fit a column of one.</summary>
    [Theory]
    [InlineData("🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣🦣")]
    [InlineData("日本語の長い名前を持つテーブルです")]
    [InlineData("a_name_without_any_place_to_break_it_of_exactly_63_bytes_so_long_")]
    public void Names_that_are_wide_or_long_fit(string name)
    {
        RunReport report = SomeRun.Report() with { Tables = [.. Enumerable.Range(0, 3).Select(i => SomeRun.Result($"{name}.{name}{i}", name, Outcome.Published, 1_000_000_000, 1_000_000_000))] };
        foreach (int width in (int[])[40, 50, 70, 90])
        {
            string[] lines = Lines(console => ReportView.Show(console, report), width);
            Assert.Equal(3, lines.Count(l => l.Contains("published", StringComparison.Ordinal)));
        }
    }

    /// <summary>Where the columns do not fit, each row is told line by line, with all it has.</summary>
    [Fact]
    public void A_row_that_does_not_fit_is_told_below_one_another()
    {
        string text = string.Join('\n', Lines(Shows["report"], 40));

        Assert.DoesNotContain('│', text);
        Assert.All(["shop.customers", "Result", "published", "2,000", "✓ digest", "+3 quarantined"], part => Assert.Contains(part, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Where_there_are_no_colours_there_is_no_escape()
    {
        foreach (Action<IAnsiConsole> show in Shows.Values)
            Assert.All(Lines(show, 80), line => Assert.DoesNotContain('\u001b', line));
    }

    private static string[] Lines(Action<IAnsiConsole> show, int width)
    {
        using StringWriter text = new();
        IAnsiConsole console = Terminal.Plain(text, TextWriter.Null).Out;
        console.Profile.Width = width;
        show(console);
        return [.. text.ToString().Split('\n').Select(l => l.TrimEnd('\r')).SkipLast(1)];
    }

    /// <summary>The mammoth in <see cref="SomeRun.Hostile"/> takes two cells; all else there takes one.</summary>
    private static int Cells(string line) => Wide().Replace(line, "xx").Length;

    [GeneratedRegex("🦣")]
    private static partial Regex Wide();
}
