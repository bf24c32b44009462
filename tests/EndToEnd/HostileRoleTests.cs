using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>What an administrator sets for a role, for other purposes than a migration.</summary>
public sealed class HostileRoleTests(PostgresFixture postgres, Readers readers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Timeouts_and_settings_of_the_role_do_not_end_or_change_a_copy()
    {
        var owner = await Source("""
            ;
            CREATE SCHEMA evil;
            CREATE FUNCTION evil.count(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint';
            CREATE FUNCTION evil.differs(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE OPERATOR evil.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = evil.differs)
            """);
        await using var role = await TestRole.Create(
            owner,
            Cancellation,
            "SET statement_timeout = '700ms'",
            "SET lock_timeout = '1ms'",
            "SET idle_in_transaction_session_timeout = '700ms'",
            "SET search_path = evil, pg_catalog",
            "SET default_transaction_isolation = 'serializable'",
            "SET default_transaction_deferrable = on",
            "SET datestyle = 'German'",
            "SET intervalstyle = 'iso_8601'",
            "SET timezone = 'Asia/Tokyo'",
            "SET extra_float_digits = -15",
            "SET bytea_output = 'escape'",
            "SET client_encoding = 'LATIN1'",
            "SET default_transaction_read_only = on",
            "SET standard_conforming_strings = off",
            "SET transform_null_equals = on",
            "SET enable_tidscan = off",
            "SET cursor_tuple_fraction = 0.01");
        await owner.Run($"GRANT USAGE ON SCHEMA evil TO {role.Name}", Cancellation);
        using var area = new MigrationArea(role.Source, readers);
        await using var gate = await Gate.Close(owner, Cancellation);
        await using var process = area.Start([.. area.Filter("public.slow", Gate.Filter("id OPERATOR(pg_catalog.=) 50")), "--slots", "2"]);
        await gate.Reached(process, Cancellation);
        await Task.Delay(2500, Cancellation);
        await gate.Open(Cancellation);

        var report = (await process.End(Cancellation)).Expect(0).Report;
        Assert.Equal(Consistency.Database, report.Consistency);
        foreach (var table in report.Tables)
        {
            var written = await area.Warehouse.Written(table.Location!, null, Cancellation);
            Assert.Equal(100, await new Judge(owner.ConnectionString, readers).Agrees(new() { Relation = table.Source, Written = written }, Cancellation));
        }
    }

    [Fact]
    public async Task A_connection_limit_that_is_too_low_is_named_with_the_way_out_and_nothing_is_left()
    {
        var owner = await Source();
        await using var role = await TestRole.Create(owner, Cancellation, "CONNECTION LIMIT 3");
        using var area = new MigrationArea(role.Source, readers);
        var ended = await area.Migrate("--slots", "4");
        ended.SaysTo(2, "may have 3 connections", "needs 6", "--slots", "CONNECTION LIMIT");
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
        Assert.Empty(await owner.Query<int>($"SELECT pid FROM pg_stat_activity WHERE usename = '{role.Name}'", Cancellation));
    }

    [Fact]
    public async Task A_connection_limit_that_just_suffices_is_enough()
    {
        var owner = await Source();

        // The snapshot's, the locks', the copies' and pg_dump's.
        await using var role = await TestRole.Create(owner, Cancellation, "CONNECTION LIMIT 4");
        using var area = new MigrationArea(role.Source, readers);
        var report = (await area.Migrate("--slots", "1")).Expect(0).Report;
        Assert.Equal(2, report.Tables.Count);
        Assert.All(report.Tables, t => Assert.Equal((Outcome.Published, 100L), (t.Outcome, t.Rows)));
    }

    private async Task<SourceDatabase> Source(string more = "") => await SourceDatabase.Create(
        postgres,
        "role",
        """
        CREATE TABLE public.slow (id integer PRIMARY KEY, value text);
        CREATE TABLE public.kinds (id integer PRIMARY KEY, f double precision, i interval, b bytea, t timestamptz, x inet, s text);
        INSERT INTO public.slow SELECT g, 'it''s \ ' || g FROM generate_series(1, 100) g;
        INSERT INTO public.kinds SELECT g, 1.0 / g, g * interval '1 day 3 hours', '\x00ff5c'::bytea, '2020-05-06 07:08:09+00'::timestamptz + g * interval '1 hour', '10.0.0.1'::inet + g, 'Ω ' || g FROM generate_series(1, 100) g
        """ + more,
        Cancellation);
}
