using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg.Metadata;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>
/// Random histories of commits, of one or several tables, with requirements that hold or don't and updates that fit or don't, against a model of each table: a commit takes place where all of
/// it is right, and then all of it; else nothing does, and the reason is told. Two who commit in turn, each with a catalog of its own.
/// </summary>
public sealed class RandomRequirementsTests
{
    private static readonly TableIdentifier[] Ids = [.. Enumerable.Range(0, 3).Select(i => new TableIdentifier("public", $"t{i}"))];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_commit_takes_place_where_all_its_requirements_hold_and_all_its_updates_fit(int seed)
    {
        using var folder = new TemporaryFolder();
        var (random, io, root) = (new Random(seed), new LocalFileIO(), $"{folder.Location}/lake");
        StorageCatalog[] catalogs = [await StorageCatalog.Open(io, root, readOnly: false, Cancellation), await StorageCatalog.Open(io, root, readOnly: false, Cancellation)];
        var models = new Dictionary<TableIdentifier, Known>();
        int taken = 0, refused = 0, unmet = 0;
        for (var commit = 0; commit < 60; commit++)
        {
            var parts = Ids.Where(_ => random.Next(2) == 0).DefaultIfEmpty(Ids[0]).Select(id => Part(random, id, models.GetValueOrDefault(id), $"{root}/{id.Namespace}/{id.Name}")).ToList();
            var result = await catalogs[random.Next(2)].Commit([.. parts.Select(p => p.Commit)], $"c{commit}", Cancellation);

            var wanted = parts.TrueForAll(p => p.Holds && p.After is not null);
            Assert.True(result.Outcome == (wanted ? CommitOutcome.Committed : CommitOutcome.Rejected), $"Commit {commit}: {result.Outcome} {result.Reason}\n{string.Join('\n', parts)}");
            if (wanted)
            {
                taken++;
                foreach (var part in parts)
                    models[part.Commit.Identifier] = part.After! with { Versions = part.After.Versions + 1 };
            }
            else
            {
                refused++;
                Assert.Contains(parts, p => result.Reason!.StartsWith($"{p.Commit.Identifier} {(p.Holds ? "can't be changed so: " : "was changed by somebody else: ")}", StringComparison.Ordinal) && !(p.Holds && p.After is not null));
                unmet += parts.Exists(p => !p.Holds) ? 1 : 0;
            }

            await Judge(io, root, models);
        }

        Assert.True(taken > 8 && refused > 8 && unmet > 4, $"{taken} took place, {refused} were refused, {unmet} of those for a requirement: the test shows little.");
    }

    private static async Task Judge(LocalFileIO io, string root, Dictionary<TableIdentifier, Known> models)
    {
        var tables = await (await StorageCatalog.Open(io, root, readOnly: true, Cancellation)).LoadAll(Cancellation);
        Assert.Equal(models.Keys.Order(), tables.Select(t => t.Identifier));
        foreach (var table in tables)
        {
            var known = models[table.Identifier];
            known.Model.Judge(table.Metadata);
            Assert.Equal((known.Uuid, known.Versions), (table.Metadata.TableUuid, table.Version));
        }
    }

    private static Planned Part(Random random, TableIdentifier id, Known? known, string location)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var (requirements, holds) = Requirements(random, known);
        if (known is null)
        {
            // Without what makes a table, nothing can be changed of one that is not there.
            var uuid = Guid.NewGuid();
            return random.Next(3) > 0
                ? new(new(id, requirements, MetadataChanges.CreateTable(uuid, location, new TableModel().Schemas[0])), holds, new(uuid, new(), 0))
                : new(new(id, requirements, [new SetProperties(new Dictionary<string, string> { ["p0"] = "1" })]), holds, null);
        }

        var (updates, after) = TableModel.Commit(random, known.Model, now);
        return new(new(id, requirements, updates), holds, after is null ? null : known with { Model = after });
    }

    /// <summary>Some requirements, of which now and then one does not hold.</summary>
    private static (List<Requirement> Requirements, bool Hold) Requirements(Random random, Known? known)
    {
        var (requirements, hold) = (new List<Requirement>(), true);
        for (var count = random.Next(4); count > 0; count--)
        {
            // Off by one, or by another of its kind.
            var wrong = random.Next(8) == 0 ? 1 : 0;
            var model = known?.Model;
            var name = random.Next(3) switch { 0 => "main", 1 => "t1", _ => "branch" };
            var named = model is not null && model.Refs.TryGetValue(name, out var at) ? at : (long?)null;
            Requirement requirement = random.Next(known is null ? 2 : 8) switch
            {
                0 when known is null || wrong > 0 => new AssertCreate(),
                1 => new AssertRefSnapshotId(name, wrong == 0 ? named : named is null ? 7 : random.Next(2) == 0 ? null : named + 1),
                2 => new AssertCurrentSchemaId(model!.CurrentSchema + wrong),
                3 => new AssertLastAssignedFieldId(model!.Schemas.Max(s => s.HighestId()) + wrong),
                4 => new AssertLastAssignedPartitionId(model!.LastPartition + wrong),
                5 => new AssertDefaultSpecId(model!.Spec + wrong),
                6 => new AssertDefaultSortOrderId(model!.Order + wrong),
                _ => new AssertTableUuid(wrong == 0 ? known!.Uuid : Guid.NewGuid()),
            };
            hold &= requirement switch
            {
                AssertCreate => known is null,
                _ when known is null => requirement is AssertRefSnapshotId { SnapshotId: null },
                _ => wrong == 0,
            };
            requirements.Add(requirement);
        }

        return (requirements, hold);
    }

    /// <param name="Versions">How many commits made it.</param>
    private sealed record Known(Guid Uuid, TableModel Model, int Versions);

    /// <param name="After">What the updates make of the table; null where they don't fit.</param>
    private sealed record Planned(TableCommit Commit, bool Holds, Known? After)
    {
        public override string ToString() => $"{Commit.Identifier}: {(Holds ? "holds" : "does not hold")}, {(After is null ? "does not fit" : "fits")}: {string.Join(", ", Commit.Requirements)}; {string.Join(", ", Commit.Updates)}";
    }
}
