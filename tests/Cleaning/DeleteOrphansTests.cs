using Mammoth.Iceberg.IO;
using Mammoth.Migration.Cleaning;
using Mammoth.Orchestrations.Cleaning;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Tests.Cleaning;

/// <summary>The step that deletes may come twice, and may have died half way.</summary>
public sealed class DeleteOrphansTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_a_part_names_is_deleted_once_and_what_names_it_last(int before)
    {
        using var warehouse = new MigrationWarehouse();
        var site = await warehouse.Site(await postgres.CreateDatabaseAsync("cleaning", Cancellation), Cancellation);
        string[] files = [.. Enumerable.Range(0, 3).Select(i => $"{site.Root}/public/t/data/{i}.parquet")];
        foreach (string file in files.Append($"{site.Root}/public/t/data/other.parquet"))
            await site.Io.Write(file, "x"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        string location = $"{site.Root}/_mammoth/cleaning/some";
        await OrphanParts.Write(site.Io, location, 0, files, Cancellation);
        foreach (string file in files.Take(before))
            await site.Io.Delete(file, Cancellation);

        for (int time = 1; time <= 2; time++)
            await new DeleteOrphans(site).Run(new ActivityContext("cleaning", time, NullLogger.Instance, Cancellation), new(location, 0));
        Assert.Equal(["other.parquet"], warehouse.Files("public.t"));
        Assert.Empty(Directory.GetFiles(Path.Combine(warehouse.Folder, "_mammoth", "cleaning")));
    }
}
