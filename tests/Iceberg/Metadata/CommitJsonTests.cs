using System.Text.Json;
using Mammoth.Iceberg.Metadata;

namespace Mammoth.Tests.Iceberg.Metadata;

public sealed class CommitJsonTests
{
    // The forms of the REST catalog's OpenAPI description.
    [Theory]
    [InlineData("""{"type":"assert-create"}""")]
    [InlineData("""{"type":"assert-table-uuid","uuid":"b611a10d-f021-42f5-856e-a1d3b925ac68"}""")]
    [InlineData("""{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":7}""")]
    [InlineData("""{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":null}""")]
    [InlineData("""{"type":"assert-last-assigned-field-id","last-assigned-field-id":9}""")]
    [InlineData("""{"type":"assert-current-schema-id","current-schema-id":1}""")]
    [InlineData("""{"type":"assert-last-assigned-partition-id","last-assigned-partition-id":999}""")]
    [InlineData("""{"type":"assert-default-spec-id","default-spec-id":0}""")]
    [InlineData("""{"type":"assert-default-sort-order-id","default-sort-order-id":0}""")]
    public void Requirements_have_the_protocols_form(string json) =>
        Assert.Equal(json, CommitJson.ToNode(CommitJson.ReadRequirement(JsonDocument.Parse(json).RootElement)).ToJsonString());

    [Theory]
    [InlineData("""{"action":"assign-uuid","uuid":"b611a10d-f021-42f5-856e-a1d3b925ac68"}""")]
    [InlineData("""{"action":"upgrade-format-version","format-version":2}""")]
    [InlineData("""{"action":"add-schema","schema":{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"id","required":true,"type":"long"}]}}""")]
    [InlineData("""{"action":"set-current-schema","schema-id":-1}""")]
    [InlineData("""{"action":"add-spec","spec":{"spec-id":0,"fields":[]}}""")]
    [InlineData("""{"action":"set-default-spec","spec-id":-1}""")]
    [InlineData("""{"action":"add-sort-order","sort-order":{"order-id":0,"fields":[]}}""")]
    [InlineData("""{"action":"set-default-sort-order","sort-order-id":-1}""")]
    [InlineData("""{"action":"add-snapshot","snapshot":{"sequence-number":1,"snapshot-id":7,"timestamp-ms":5,"summary":{"operation":"append"},"manifest-list":"file:///l.avro","schema-id":0}}""")]
    [InlineData("""{"action":"set-snapshot-ref","ref-name":"main","snapshot-id":7,"type":"branch"}""")]
    [InlineData("""{"action":"set-snapshot-ref","ref-name":"t","snapshot-id":7,"type":"tag","max-ref-age-ms":5}""")]
    [InlineData("""{"action":"remove-snapshot-ref","ref-name":"t"}""")]
    [InlineData("""{"action":"remove-snapshots","snapshot-ids":[7,8]}""")]
    [InlineData("""{"action":"set-location","location":"file:///t"}""")]
    [InlineData("""{"action":"set-properties","updates":{"a":"b"}}""")]
    [InlineData("""{"action":"remove-properties","removals":["a"]}""")]
    public void Updates_have_the_protocols_form(string json) =>
        Assert.Equal(json, CommitJson.ToNode(CommitJson.ReadUpdate(JsonDocument.Parse(json).RootElement)).ToJsonString());

    [Theory]
    [InlineData("""{"type":"assert-weather"}""")]
    [InlineData("{}")]
    public void A_requirement_it_does_not_know_is_never_taken_as_met(string json) =>
        Assert.Throws<FormatException>(() => CommitJson.ReadRequirement(JsonDocument.Parse(json).RootElement));

    [Fact]
    public void An_update_it_does_not_know_is_never_left_out() =>
        Assert.Throws<FormatException>(() => CommitJson.ReadUpdate(JsonDocument.Parse("""{"action":"dance"}""").RootElement));

    [Fact]
    public void Requirements_say_what_they_found_instead()
    {
        var table = new RandomTable(3).Next();
        var other = Guid.NewGuid();
        Requirement[] unmet =
        [
            new AssertCreate(), new AssertTableUuid(other), new AssertRefSnapshotId("main", -5), new AssertLastAssignedFieldId(-1), new AssertCurrentSchemaId(99),
            new AssertLastAssignedPartitionId(1), new AssertDefaultSpecId(77), new AssertDefaultSortOrderId(77),
        ];
        Assert.All(unmet, r => Assert.NotNull(r.Unmet(table)));
        Requirement[] met =
        [
            new AssertTableUuid(table.TableUuid), new AssertRefSnapshotId("main", table.CurrentSnapshotId), new AssertRefSnapshotId("none", null),
            new AssertLastAssignedFieldId(table.LastColumnId), new AssertCurrentSchemaId(table.CurrentSchemaId),
            new AssertLastAssignedPartitionId(table.LastPartitionId), new AssertDefaultSpecId(table.DefaultSpecId), new AssertDefaultSortOrderId(table.DefaultSortOrderId),
        ];
        Assert.All(met, r => Assert.Null(r.Unmet(table)));
        // Of a table that does not exist only its absence holds.
        Assert.Null(new AssertCreate().Unmet(null));
        Assert.Null(new AssertRefSnapshotId("main", null).Unmet(null));
        Assert.All(met.Where(r => r is not AssertRefSnapshotId), r => Assert.Equal("the table does not exist", r.Unmet(null)));
    }

    [Fact]
    public void A_commit_sent_as_JSON_makes_the_same_table()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new RandomTable(seed);
            var table = random.Next();
            var updates = random.Change(table);
            var sent = updates.Select(u => CommitJson.ReadUpdate(JsonDocument.Parse(CommitJson.ToNode(u).ToJsonString()).RootElement)).ToList();
            var now = DateTimeOffset.FromUnixTimeMilliseconds(table.LastUpdatedMs + 1);
            Assert.Equal(
                TableMetadataJsonTests.Text(MetadataChanges.Apply(table, updates, "v1", now)),
                TableMetadataJsonTests.Text(MetadataChanges.Apply(table, sent, "v1", now)));
        }
    }
}
