using System.Text;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg.Mutations;

namespace Mammoth.Tests.Iceberg.Metadata;

/// <summary>Metadata that others wrote, changed or damaged: read for what it says, or refused by name; never half-read.</summary>
public sealed class BrokenMetadataTests
{
    // Everything a table of version 3 can have, so that every member is met.
    private const string Everything = """
        {"format-version":3,"table-uuid":"b611a10d-f021-42f5-856e-a1d3b925ac68","location":"abfss://c@a.dfs.core.windows.net/t","last-sequence-number":2,
        "last-updated-ms":1795393530390,"last-column-id":12,"current-schema-id":1,"schemas":[
        {"type":"struct","schema-id":0,"identifier-field-ids":[1],"fields":[{"id":1,"name":"a","required":true,"type":"long"}]},
        {"type":"struct","schema-id":1,"identifier-field-ids":[1],"fields":[{"id":1,"name":"a","required":true,"type":"long","doc":"key"},
        {"id":2,"name":"b","required":false,"type":"decimal(9, 2)","initial-default":"1.20","write-default":"1.30"},
        {"id":3,"name":"l","required":false,"type":{"type":"list","element-id":4,"element":"fixed[3]","element-required":true}},
        {"id":5,"name":"m","required":false,"type":{"type":"map","key-id":6,"key":"string","value-id":7,"value":{"type":"struct","fields":[
        {"id":8,"name":"x","required":false,"type":"uuid"}]},"value-required":false}}]}],
        "default-spec-id":1,"partition-specs":[{"spec-id":0,"fields":[]},{"spec-id":1,"fields":[{"name":"a_bucket","transform":"bucket[4]","source-id":1,"field-id":1000}]}],
        "last-partition-id":1000,"default-sort-order-id":1,"sort-orders":[{"order-id":0,"fields":[]},
        {"order-id":1,"fields":[{"transform":"identity","source-id":1,"direction":"asc","null-order":"nulls-first"}]}],
        "properties":{"owner":"m"},"current-snapshot-id":8,"next-row-id":30,
        "refs":{"main":{"snapshot-id":8,"type":"branch","min-snapshots-to-keep":2,"max-snapshot-age-ms":7},"t":{"snapshot-id":7,"type":"tag","max-ref-age-ms":5}},
        "snapshots":[{"sequence-number":1,"snapshot-id":7,"timestamp-ms":5,"summary":{"operation":"append"},"manifest-list":"abfss://c/l1.avro","schema-id":0,"first-row-id":0,"added-rows":10},
        {"sequence-number":2,"snapshot-id":8,"parent-snapshot-id":7,"timestamp-ms":6,"summary":{"operation":"overwrite"},"manifest-list":"abfss://c/l2.avro","schema-id":1,"first-row-id":10,"added-rows":20}],
        "statistics":[{"snapshot-id":8,"statistics-path":"abfss://c/s.puffin"}],"partition-statistics":[{"snapshot-id":8}],
        "snapshot-log":[{"timestamp-ms":5,"snapshot-id":7},{"timestamp-ms":6,"snapshot-id":8}],"metadata-log":[{"timestamp-ms":4,"metadata-file":"abfss://c/v1.metadata.json"}]}
        """;

    // What the table only carries: any value in it is as good as another.
    private static readonly string[] Carried = ["properties", "summary", "statistics", "partition-statistics"];

    [Fact]
    public void A_value_of_the_wrong_kind_is_refused_by_its_name_and_never_taken_for_another()
    {
        var refused = 0;
        // A type of a name that is not known is carried by its name alone.
        foreach (var mutated in MutatedJson.WrongKinds(Everything).Where(m => !m.IsBelow(Carried) && !(m.Member == "type" && m.IsBelow("type"))
            // A table that says no order is unsorted.
            && !(m.Path is ["sort-orders"] && m.Kind == "list")))
        {
            var error = Record.Exception(() => TableMetadataJsonTests.Read(mutated.Json));
            if (error is not null)
            {
                Assert.True(error is FormatException, $"{mutated}: {error}");
                Assert.True(Names(error.Message, mutated), $"{mutated}: {error.Message}");
                refused++;
                continue;
            }
            // Null is another spelling of nothing; everything else must have been understood as it stands.
            var expected = mutated.Kind == "null" ? Normal(mutated.Json, withoutNulls: true) : Normal(mutated.Json, withoutNulls: false);
            var read = Normal(TableMetadataJsonTests.Text(TableMetadataJsonTests.Read(mutated.Json)), withoutNulls: mutated.Kind == "null");
            Assert.True(IsSubset(expected, read), $"{mutated} was read as\n{read.ToJsonString()}");
        }
        Assert.True(refused > 500, $"Only {refused} documents were refused.");
    }

    [Fact]
    public void A_member_that_is_missing_is_named_or_is_one_that_may_be()
    {
        foreach (var mutated in MutatedJson.Without(Everything).Where(m => !m.IsBelow(Carried)))
        {
            var error = Record.Exception(() => TableMetadataJsonTests.Read(mutated.Json));
            if (error is null)
                Assert.True(IsSubset(Normal(mutated.Json, false), Normal(TableMetadataJsonTests.Text(TableMetadataJsonTests.Read(mutated.Json)), false)), $"{mutated}");
            else
                Assert.True(error is FormatException && Names(error.Message, mutated), $"{mutated}: {error}");
        }
    }

    [Fact]
    public void Members_of_later_versions_change_nothing_wherever_they_stand()
    {
        var plain = TableMetadataJsonTests.Text(TableMetadataJsonTests.Read(Everything));
        var met = 0;
        foreach (var mutated in MutatedJson.WithUnknown(Everything).Where(m => !m.IsBelow([.. Carried]) && m.Path is not [.., "refs", _]))
        {
            Assert.Equal(plain, TableMetadataJsonTests.Text(TableMetadataJsonTests.Read(mutated.Json)));
            met++;
        }
        Assert.True(met > 20, $"Only {met} objects were met.");
    }

    [Theory]
    [InlineData("\"current-snapshot-id\":8", "\"current-snapshot-id\":7", "main branch is at snapshot 8, but its current snapshot is 7")]
    [InlineData("\"current-snapshot-id\":8", "\"current-snapshot-id\":-1", "main branch is at snapshot 8, but its current snapshot is none")]
    [InlineData("\"t\":{\"snapshot-id\":7", "\"t\":{\"snapshot-id\":9", "reference 't' names snapshot 9")]
    [InlineData("{\"id\":8,\"name\":\"x\"", "{\"id\":3,\"name\":\"x\"", "field id 3 twice")]
    [InlineData("\"location\":", "\"table-uuid\":\"b611a10d-f021-42f5-856e-a1d3b925ac69\",\"location\":null,\"old\":", "'location' has a value of the wrong kind: null is not text")]
    public void What_does_not_fit_together_is_refused(string part, string instead, string reason)
    {
        var error = Assert.Throws<FormatException>(() => TableMetadataJsonTests.Read(Everything.Replace(part, instead, StringComparison.Ordinal)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_as_a_table_that_can_be_written_again()
    {
        var random = new Random(20261);
        var (refused, read) = (0, 0);
        for (var round = 0; round < 6_000; round++)
        {
            var whole = round % 2 == 0 ? Encoding.UTF8.GetBytes(Everything) : TableMetadataJson.Write(new RandomTable(round % 40).Next());
            var bytes = MutatedBytes.Of(whole, random);
            var error = Record.Exception(() => TableMetadataJson.Read(bytes));
            if (error is null)
            {
                read++;
                var table = TableMetadataJson.Read(bytes);
                if (table.FormatVersion == 1)
                    continue;
                var text = TableMetadataJsonTests.Text(table);
                Assert.Equal(text, TableMetadataJsonTests.Text(TableMetadataJsonTests.Read(text)));
                continue;
            }
            Assert.True(error is FormatException, $"Round {round}: {error}\n{Encoding.UTF8.GetString(bytes)}");
            refused++;
        }
        Assert.True(refused > 1_000 && read > 200, $"{refused} were refused and {read} read: the damage is too great or too small to say anything.");
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(300)]
    public void A_column_nested_as_deep_as_the_reference_reads_comes_back(int depth)
    {
        IcebergType type = PrimitiveType.Int;
        for (var level = depth; level > 0; level--)
            type = new StructType([new(level + 1, "s", false, type)]);
        var schema = new Schema(0, [new(1, "top", false, type)], []);
        Assert.Equal(schema, SchemaJson.Parse(SchemaJson.ToJson(schema)));
        var table = MetadataChanges.Apply(null, MetadataChanges.CreateTable(Guid.NewGuid(), "file:///t", schema), null, DateTimeOffset.UnixEpoch);
        Assert.Equal(schema, TableMetadataJson.Read(TableMetadataJson.Write(table)).CurrentSchema);
        Assert.Equal(1, NameMapping.Parse(NameMapping.ToJson(schema)).IdOf("top"));
    }

    [Theory]
    [InlineData("""{"type":"list","element-id":1,"element-required":true,"element":""", "}")]
    [InlineData("""{"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":""", "}]}")]
    [InlineData("[", "]")]
    [InlineData("""{"x":""", "}")]
    public void Nesting_without_end_is_refused_and_does_not_end_the_process(string open, string close)
    {
        const int Depth = 50_000;
        var type = new StringBuilder().Insert(0, open, Depth).Append("\"int\"").Insert((open.Length * Depth) + 5, close, Depth);
        var json = Everything.Replace("\"decimal(9, 2)\"", type.ToString(), StringComparison.Ordinal);
        var error = Assert.Throws<FormatException>(() => TableMetadataJsonTests.Read(json));
        Assert.Contains("depth", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Throws<FormatException>(() => NameMapping.Parse(type.ToString()));
    }

    [Theory]
    [InlineData("""{"field-id":1,"names":["a"]}""")]
    [InlineData("""[{"field-id":1}]""")]
    [InlineData("""[{"field-id":1.5,"names":["a"]}]""")]
    [InlineData("""[{"field-id":"1","names":["a"]}]""")]
    [InlineData("""[{"field-id":1,"names":"a"}]""")]
    [InlineData("""[{"field-id":1,"names":[null]}]""")]
    [InlineData("""[{"field-id":1,"names":["a"]},{"field-id":2,"names":["a"]}]""")]
    [InlineData("""[{"field-id":1,"names":["a"],"fields":{}}]""")]
    [InlineData("""[7]""")]
    public void A_broken_name_mapping_names_its_property(string json) =>
        Assert.Contains(NameMapping.Property, Assert.Throws<FormatException>(() => NameMapping.Parse(json)).Message, StringComparison.Ordinal);

    private static bool Names(string message, MutatedJson mutated) => mutated.Path.Where(part => !int.TryParse(part, out _)).Any(part => message.Contains($"'{part}'", StringComparison.Ordinal))
        // What holds between members is told in words.
        || message.Contains("among its", StringComparison.Ordinal) || message.Contains("main branch", StringComparison.Ordinal)
        || (message.Contains('\'', StringComparison.Ordinal) && mutated.Kind is "list of null")
        // Of an item of a list, and of a reference, what it should have had is named.
        || (int.TryParse(mutated.Path[^1], out _) || mutated.IsBelow("refs")) && message.Contains('\'', StringComparison.Ordinal)
        || message.Contains("wrong kind", StringComparison.Ordinal) && mutated.Kind == "lone surrogate";

    private static JsonNode Normal(string json, bool withoutNulls)
    {
        var node = JsonNode.Parse(json)!;
        if (withoutNulls)
            Strip(node);
        return node;
    }

    private static void Strip(JsonNode node)
    {
        if (node is JsonObject o)
            foreach (var (name, value) in o.ToList())
            {
                if (value is null)
                    o.Remove(name);
                else
                    Strip(value);
            }
        else if (node is JsonArray a)
            foreach (var value in a)
                if (value is not null)
                    Strip(value);
    }

    // All that was said is still said; what was not may have its default now.
    private static bool IsSubset(JsonNode? said, JsonNode? read) => (said, read) switch
    {
        (JsonObject a, JsonObject b) => a.All(p => b.ContainsKey(p.Key) ? IsSubset(p.Value, b[p.Key]) : p.Value is JsonArray { Count: 0 } or null),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(p => IsSubset(p.First, p.Second)),
        _ => JsonNode.DeepEquals(said, read),
    };
}
