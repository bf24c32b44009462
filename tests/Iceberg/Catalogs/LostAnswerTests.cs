using Mammoth.Iceberg.Catalogs;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>The decisive write, when the network fails at its worst moments.</summary>
public abstract class LostAnswerTests(AzuriteFixture? azurite) : CatalogTests(azurite)
{
    private string CatalogLocation => $"{Root}/_mammoth/catalog.json";

    [Fact]
    public async Task A_commit_that_was_written_but_whose_answer_was_lost_is_committed_once()
    {
        var (_, table) = await OneTable();
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        faulty.AfterWrite = Once(CatalogLocation);
        var result = await catalog.Commit([Append(table)], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        Assert.Equal(2, Assert.Single(result.Tables).Table.Version);
        Assert.Single(faulty.Written, CatalogLocation);
    }

    [Fact]
    public async Task A_commit_whose_request_was_lost_is_sent_again()
    {
        var (_, table) = await OneTable();
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        faulty.BeforeWrite = Once(CatalogLocation);
        var result = await catalog.Commit([Append(table)], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        Assert.Equal(2, Assert.Single(result.Tables).Table.Version);
        Assert.Single(faulty.Written, CatalogLocation);
    }

    [Fact]
    public async Task A_commit_that_lost_its_answer_and_was_built_upon_since_is_still_committed()
    {
        var (other, table) = await OneTable();
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        faulty.AfterWrite = async location =>
        {
            if (location != CatalogLocation)
                return;
            faulty.AfterWrite = _ => Task.CompletedTask;
            Assert.Equal(CommitOutcome.Committed, (await other.Commit([SetProperty(table.Identifier, "by", "other")], "other", Cancellation)).Outcome);
            throw new IOException("The connection was reset.");
        };
        var result = await catalog.Commit([Append(table)], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        Assert.Single((await other.Load(table.Identifier, Cancellation))!.Metadata.Snapshots);
    }

    [Fact]
    public async Task A_commit_that_meets_another_is_tried_again_while_its_requirements_hold()
    {
        var (other, table) = await OneTable();
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        faulty.BeforeWrite = async location =>
        {
            if (location != CatalogLocation)
                return;
            faulty.BeforeWrite = _ => Task.CompletedTask;
            Assert.Equal(CommitOutcome.Committed, (await other.Commit([SetProperty(table.Identifier, "by", "other")], "other", Cancellation)).Outcome);
        };
        var result = await catalog.Commit([Append(table, "mine")], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        var end = Assert.Single(result.Tables).Table;
        Assert.Equal(3, end.Version);
        Assert.Equal("other", end.Metadata.Properties["by"]);
        Assert.Equal("mine", end.Metadata.CurrentSnapshot!.Summary["mark"]);
        // The metadata file of the lost attempt is gone.
        Assert.Equal(3, (await Locations($"{Root}/_mammoth/metadata/")).Count);
    }

    [Fact]
    public async Task A_commit_that_meets_one_of_the_same_branch_is_rejected()
    {
        var (other, table) = await OneTable();
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        faulty.BeforeWrite = async location =>
        {
            if (location != CatalogLocation)
                return;
            faulty.BeforeWrite = _ => Task.CompletedTask;
            await other.Commit([Append(table, "theirs")], "other", Cancellation);
        };
        var result = await catalog.Commit([Append(table, "mine")], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Rejected, result.Outcome);
        Assert.Contains("'main' is at snapshot", result.Reason, StringComparison.Ordinal);
        Assert.Equal("theirs", (await other.Load(table.Identifier, Cancellation))!.Metadata.CurrentSnapshot!.Summary["mark"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_store_can_not_be_reached_the_outcome_is_unknown_and_the_same_id_finds_out(bool written)
    {
        var (_, table) = await OneTable();
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        var down = false;
        Task Fail(string location) => down ? throw new IOException("No route to host.") : Task.CompletedTask;
        Task GoDown(string location)
        {
            down |= location == CatalogLocation;
            return Fail(location);
        }
        (faulty.BeforeRead, faulty.BeforeWrite, faulty.AfterWrite) = (Fail, written ? Fail : GoDown, written ? GoDown : Fail);

        var commit = Append(table);
        var result = await catalog.Commit([commit], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Unknown, result.Outcome);
        Assert.Contains("No route to host", result.Reason, StringComparison.Ordinal);
        Assert.Empty(result.Tables);
        // Nothing of a commit that may have happened was deleted.
        Assert.Equal(2, (await Locations($"{Root}/_mammoth/metadata/")).Count);

        var again = await (await Open()).Commit([commit], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Committed, again.Outcome);
        Assert.Equal(2, Assert.Single(again.Tables).Table.Version);
        Assert.Single((await (await Open()).Load(table.Identifier, Cancellation))!.Metadata.Snapshots);
    }

    private static Func<string, Task> Once(string location)
    {
        var left = 1;
        return at => at == location && left-- > 0 ? throw new IOException("The connection was reset.") : Task.CompletedTask;
    }
}

public sealed class LocalLostAnswerTests() : LostAnswerTests(null);

public sealed class AzureLostAnswerTests(AzuriteFixture azurite) : LostAnswerTests(azurite);
