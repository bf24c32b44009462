using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

public sealed class RepeatedMigrationTests(PostgresFixture postgres, SampleSource sample, Readers readers) : IClassFixture<SampleSource>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unchanged_source_makes_no_new_snapshot()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        var first = (await area.MigrateHere()).Expect(0).Report;
        var before = await area.Warehouse.Files(Cancellation);

        var second = (await area.MigrateHere()).Expect(0).Report;
        Assert.All(second.Tables, t => Assert.Equal(Outcome.Unchanged, t.Outcome));
        Assert.Null(second.Tag);
        Assert.Equal(first.Tables.Count, second.Tables.Count);
        Assert.NotEqual(first.RunId, second.RunId);
        // Nothing new lies about: not in metadata, and no data files either that nobody refers to.
        Assert.Equal(before, await area.Warehouse.Files(Cancellation));
    }

    [Fact]
    public async Task A_new_table_is_added_and_the_others_stay()
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "again", Shop, Cancellation), readers);
        var first = (await area.MigrateHere()).Expect(0).Report;
        await area.Source.Run("CREATE TABLE public.added (id integer PRIMARY KEY, of integer REFERENCES public.orders); INSERT INTO public.added SELECT g, g FROM generate_series(1, 50) g", Cancellation);

        var second = (await area.MigrateHere()).Expect(0).Report;
        Assert.Equal(Outcome.Published, Assert.Single(second.Tables, t => t.Source == "public.added").Outcome);
        Assert.All(second.Tables.Where(t => t.Source != "public.added"), t => Assert.Equal(Outcome.Unchanged, t.Outcome));
        foreach (var table in first.Tables)
            Assert.Equal(table.SnapshotId, Assert.Single((await area.Warehouse.Metadata(table.Location!, Cancellation)).Snapshots).SnapshotId);
        await area.JudgeAll(second);
    }

    [Fact]
    public async Task Changed_rows_are_one_overwrite_and_the_tag_keeps_the_old_ones()
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "again", Shop, Cancellation), readers);
        var first = (await area.MigrateHere()).Expect(0).Report;
        await area.Source.Run(
            """
            CREATE TABLE public.orders_before AS SELECT * FROM public.orders;
            UPDATE public.orders SET note = 'changed' WHERE id % 7 = 0;
            DELETE FROM public.orders WHERE id = 1;
            INSERT INTO public.orders VALUES (5000, 2, 'new')
            """,
            Cancellation);

        var second = (await area.MigrateHere("--exclude", "public.orders_before")).Expect(0).Report;
        var orders = second.Tables.Single(t => t.Source == "public.orders");
        Assert.Equal(Outcome.Published, orders.Outcome);
        Assert.Equal(Outcome.Unchanged, second.Tables.Single(t => t.Source == "public.customers").Outcome);
        var metadata = await area.Warehouse.Metadata(orders.Location!, Cancellation);
        Assert.Equal(["append", "overwrite"], metadata.Snapshots.OrderBy(s => s.SequenceNumber).Select(s => s.Operation));
        await area.Judge(second, "public.orders");
        await area.Judge(second, "public.orders", tag: second.Tag);
        await area.Judge(second, "public.orders", t => t with { Relation = "public.orders_before" }, first.Tag);
    }

    [Fact]
    public async Task A_changed_column_gets_a_new_field_and_the_tag_keeps_the_old_one()
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "again", Shop, Cancellation), readers);
        var first = (await area.MigrateHere()).Expect(0).Report;
        await area.Source.Run(
            """
            CREATE TABLE public.orders_before AS SELECT * FROM public.orders;
            ALTER TABLE public.orders DROP CONSTRAINT orders_customer_id_fkey, ALTER customer_id TYPE text USING 'c' || customer_id, DROP COLUMN note, ADD COLUMN total numeric(9,2);
            UPDATE public.orders SET total = id / 3.0
            """,
            Cancellation);

        var second = (await area.MigrateHere("--exclude", "public.orders_before")).Expect(0).Report;
        var metadata = await area.Warehouse.Metadata(second.Tables.Single(t => t.Source == "public.orders").Location!, Cancellation);
        Assert.Equal(["id", "customer_id", "total"], metadata.CurrentSchema.Fields.Select(f => f.Name));
        var old = metadata.SchemaOf(metadata.FindSnapshot(first.Tag!)!).Fields;
        Assert.Equal(old[0].Id, metadata.CurrentSchema.Fields[0].Id);
        Assert.DoesNotContain(metadata.CurrentSchema.Fields.Skip(1), f => old.Any(o => o.Id == f.Id));
        await area.Judge(second, "public.orders");
        await area.Judge(second, "public.orders", t => t with { Relation = "public.orders_before" }, first.Tag);
    }

    private const string Shop = """
        CREATE TABLE public.customers (id integer PRIMARY KEY, name text NOT NULL);
        CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer REFERENCES public.customers, note text);
        CREATE TABLE public.empty (id integer PRIMARY KEY, note text);
        INSERT INTO public.customers SELECT g, 'customer ' || g FROM generate_series(1, 100) g;
        INSERT INTO public.orders SELECT g, 1 + g % 100, CASE WHEN g % 5 > 0 THEN 'note ' || g END FROM generate_series(1, 1000) g
        """;
}
