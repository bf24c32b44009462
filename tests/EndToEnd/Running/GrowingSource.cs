using Mammoth.Migration.Reports;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>
/// Three tables that only ever grow, copied one after the other (<c>early</c>, <c>gated</c>, <c>late</c>), so that <c>xmin</c> tells what a snapshot saw of
/// each.
/// </summary>
internal static class GrowingSource
{
    public const string Sql = """
        CREATE TABLE public.early (id integer, value text);
        CREATE TABLE public.gated (id integer, value text, early integer);
        CREATE TABLE public.late (id integer, value text);
        ALTER TABLE public.early ADD PRIMARY KEY (id);
        ALTER TABLE public.gated ADD PRIMARY KEY (id), ADD FOREIGN KEY (early) REFERENCES public.early;
        ALTER TABLE public.late ADD PRIMARY KEY (id), ADD FOREIGN KEY (id) REFERENCES public.gated;
        INSERT INTO public.early SELECT g, 'early ' || g FROM generate_series(1, 10000) g;
        INSERT INTO public.gated SELECT g, 'gated ' || g, g FROM generate_series(1, 10000) g;
        INSERT INTO public.late SELECT g, 'late ' || g FROM generate_series(1, 10000) g;
        ANALYZE
        """;

    /// <summary>Adds a row to each table, in one transaction.</summary>
    public static Task Grow(SourceDatabase source, int id, CancellationToken cancellation) => source.Run(
        $"BEGIN; INSERT INTO public.early VALUES ({id}, 'e'); INSERT INTO public.gated VALUES ({id}, 'g', {id}); INSERT INTO public.late VALUES ({id}, 'l'); COMMIT", cancellation);

    /// <summary>Holds each table against what the snapshot saw that the report names for it.</summary>
    /// <returns>How many rows each has, by name.</returns>
    public static async Task<Dictionary<string, long>> JudgeAtEpochs(MigrationArea area, RunReport report)
    {
        var rows = new Dictionary<string, long>();
        foreach (var table in report.Tables)
        {
            var seen = report.Snapshots.Single(s => s.Epoch == table.Epoch).Visible;
            rows[table.Source] = await area.Judge(report, table.Source, t => t with { Where = $"pg_visible_in_snapshot(xmin::text::xid8, '{seen}')" });
            Assert.Equal(table.Rows, rows[table.Source]);
        }
        return rows;
    }

    /// <summary>Ends those of Mammoth's sessions for which a condition holds, once there is one.</summary>
    /// <param name="condition">On <c>pg_stat_activity</c>.</param>
    public static async Task Terminate(SourceDatabase source, string condition, CancellationToken cancellation)
    {
        const string mammoth = "application_name = 'mammoth' AND datname = current_database()";
        while ((await source.Query<bool>($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mammoth} AND ({condition})", cancellation)).Count == 0)
            await Task.Delay(100, cancellation);
    }

    /// <summary>Waits until Mammoth has no more sessions than this.</summary>
    public static async Task UntilSessions(SourceDatabase source, int atMost, CancellationToken cancellation)
    {
        while ((await source.Query<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mammoth' AND datname = current_database()", cancellation)).Single() > atMost)
            await Task.Delay(100, cancellation);
    }
}
