using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Iceberg;
using Mammoth.Tests.Iceberg.Mutations;
using ParquetSharp.Arrow;
using ListType = Mammoth.Iceberg.Schemas.ListType;
using MapType = Mammoth.Iceberg.Schemas.MapType;
using Schema = Mammoth.Iceberg.Schemas.Schema;
using StructType = Mammoth.Iceberg.Schemas.StructType;

namespace Mammoth.Tests.Scans;

/// <summary>Data files as other programs write them, and as bad disks leave them.</summary>
public sealed class ForeignFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Location => $"{_folder.Location}/f.parquet";

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("element")]
    [InlineData("item")]
    [InlineData("array_element")]
    public async Task Structs_in_lists_and_maps_are_found_by_the_name_mapping_whatever_the_writer_calls_an_element(string element)
    {
        // Arrow's own name is "item", Hive's "array_element"; a name mapping knows only "element".
        var item = new Apache.Arrow.Types.StructType([new Field("a", Int32Type.Default, true), new Field("b", StringType.Default, true)]);
        var list = new ListArray.Builder(new Field(element, Int32Type.Default, true));
        var numbers = (Int32Array.Builder)list.ValueBuilder;
        list.Append();
        numbers.Append(1).Append(2);
        var inner = new Int32Array.Builder().Append(7).Append(8).Append(9).Build();
        var text = new StringArray.Builder().Append("x").AppendNull().Append("z").Build();
        var structs = new StructArray(item, 3, [inner, text], ArrowBuffer.Empty);
        var listOfStructs = new ListArray(new Apache.Arrow.Types.ListType(new Field(element, item, true)), 1,
            new ArrowBuffer.Builder<int>().Append(0).Append(3).Build(), structs, ArrowBuffer.Empty);
        WriteArrow([new Field("numbers", new Apache.Arrow.Types.ListType(new Field(element, Int32Type.Default, true)), true), new Field("items", listOfStructs.Data.DataType, true)],
            [list.Build(), listOfStructs]);

        var schema = new Schema(0,
        [
            new(1, "numbers", false, new ListType(2, PrimitiveType.Int, false)),
            new(3, "things", false, new ListType(4, new StructType([new(6, "word", false, PrimitiveType.String), new(5, "count", false, PrimitiveType.Long)]), false)),
        ], []);
        var mapping = NameMapping.Parse("""
            [{"field-id":1,"names":["numbers"],"fields":[{"field-id":2,"names":["element"]}]},
             {"field-id":3,"names":["things","items"],"fields":[{"field-id":4,"names":["element"],"fields":[
                {"field-id":5,"names":["a","count"]},{"field-id":6,"names":["b","word"]}]}]}]
            """);
        Assert.Equal(["[1,2]|[(78,7),(null,8),(7A,9)]"], Texts(schema, await Read(schema, mapping)));
    }

    [Fact]
    public async Task Structs_in_maps_are_found_by_the_name_mapping()
    {
        DuckText.Query($"COPY (SELECT MAP {{'k': {{'a': 1, 'b': [{{'c': 2}}]}}}} AS m) TO '{_folder.Path}/f.parquet' (FORMAT parquet)");
        var schema = new Schema(0,
        [
            new(1, "m", false, new MapType(2, PrimitiveType.String, 3,
                new StructType([new(4, "x", false, PrimitiveType.Int), new(5, "y", false, new ListType(6, new StructType([new(7, "z", false, PrimitiveType.Int)]), false))]), false)),
        ], []);
        var mapping = NameMapping.Parse("""
            [{"field-id":1,"names":["m"],"fields":[{"field-id":2,"names":["key"]},{"field-id":3,"names":["value"],"fields":[
              {"field-id":4,"names":["a"]},{"field-id":5,"names":["b"],"fields":[{"field-id":6,"names":["element"],"fields":[{"field-id":7,"names":["c"]}]}]}]}]}]
            """);
        Assert.Equal(["[6B=(1,[(2)])]"], Texts(schema, await Read(schema, mapping)));
    }

    [Fact]
    public async Task Arrow_types_that_a_writer_put_into_the_footer_are_read_as_the_table_has_them()
    {
        // PyIceberg and pyarrow write text as large_string, and often as dictionaries, and the footer says so to readers that use Arrow.
        var large = new LargeStringArray.Builder().Append("né").AppendNull().Append("x").Build();
        var bytes = new LargeBinaryArray.Builder().Append([1, 2]).Append([]).AppendNull().Build();
        var words = new DictionaryArray(new DictionaryType(Int32Type.Default, StringType.Default, false),
            new Int32Array.Builder().Append(1).Append(0).AppendNull().Build(), new StringArray.Builder().Append("a").Append("b").Build());
        WriteArrow([WithId("s", LargeStringType.Default, 1), WithId("b", LargeBinaryType.Default, 2), WithId("w", words.Data.DataType, 3)], [large, bytes, words]);
        var schema = new Schema(0, [new(1, "s", false, PrimitiveType.String), new(2, "b", false, PrimitiveType.Binary), new(3, "w", false, PrimitiveType.String)], []);
        Assert.Equal(["6EC3A9|0102|62", "null||61", "78|null|null"], Texts(schema, await Read(schema)));
    }

    [Fact]
    public async Task Small_integers_are_read_as_the_tables_integers()
    {
        DuckText.Query($"COPY (SELECT * FROM (VALUES ((-128)::TINYINT, (-32768)::SMALLINT, 255::UTINYINT, 65535::USMALLINT, 4294967295::UINTEGER, 7::SMALLINT), "
            + $"(NULL, NULL, NULL, NULL, NULL, NULL), (1, 2, 3, 4, 5, 6)) t(a, b, c, d, e, f)) TO '{_folder.Path}/f.parquet' (FORMAT parquet, FIELD_IDS {{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6}})");
        var schema = new Schema(0, [.. Enumerable.Range(1, 6).Select(id => new NestedField(id, $"c{id}", false, id >= 5 ? PrimitiveType.Long : PrimitiveType.Int))], []);
        Assert.Equal(["-128|-32768|255|65535|4294967295|7", "null|null|null|null|null|null", "1|2|3|4|5|6"], Texts(schema, await Read(schema)));
        await Assert.ThrowsAsync<InvalidDataException>(() => Read(new Schema(0, [new(5, "too small", false, PrimitiveType.Int)], [])));
    }

    [Theory]
    [InlineData("1::INTEGER", "list<int>")]
    [InlineData("[1]", "int")]
    [InlineData("[1]", "map<string,int>")]
    [InlineData("{'a': 1}", "list<int>")]
    [InlineData("{'a': 1}", "string")]
    [InlineData("MAP {'a': 1}", "struct")]
    [InlineData("MAP {'a': 1}", "list<int>")]
    [InlineData("1::INTEGER", "struct")]
    [InlineData("'a'", "map<string,int>")]
    public async Task A_column_of_another_shape_than_the_tables_is_named(string value, string type)
    {
        DuckText.Query($"COPY (SELECT {value} AS c) TO '{_folder.Path}/f.parquet' (FORMAT parquet, FIELD_IDS {{c: 1}})");
        var wanted = type switch
        {
            "list<int>" => new ListType(2, PrimitiveType.Int, false),
            "map<string,int>" => new MapType(2, PrimitiveType.String, 3, PrimitiveType.Int, false),
            "struct" => new StructType([new(2, "a", false, PrimitiveType.Int)]),
            _ => (IcebergType)TypeName.Parse(type),
        };
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Read(new Schema(0, [new(1, "col", false, wanted)], [])));
        Assert.Contains("'col'", error.Message, StringComparison.Ordinal);
        Assert.Contains(Location, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_date_that_no_timestamp_reaches_is_an_error_and_no_other_time()
    {
        DuckText.Query($"COPY (SELECT DATE '5881580-07-10' AS d) TO '{_folder.Path}/f.parquet' (FORMAT parquet, FIELD_IDS {{d: 1}})");
        await Assert.ThrowsAsync<InvalidDataException>(() => Read(new Schema(0, [new(1, "d", false, PrimitiveType.Timestamp)], [])));
    }

    [Theory]
    [InlineData(2026, 0)]
    [InlineData(2027, 1)]
    [InlineData(2028, 2)]
    public async Task A_damaged_data_file_is_refused_or_read_and_never_ends_the_process(int seed, int what)
    {
        var table = new RandomRows(seed, columns: 6);
        await using (var writer = new Mammoth.Iceberg.Data.DataFileWriter(new LocalFileIO(), $"{_folder.Location}/whole.parquet", table.Schema))
        {
            writer.Write(ArrowRows.ToBatch(table.Schema, table.Rows(60)));
            await writer.Complete(Cancellation);
        }
        var whole = await File.ReadAllBytesAsync($"{_folder.Path}/whole.parquet", Cancellation);
        var footer = BitConverter.ToInt32(whole, whole.Length - 8) + 8;
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            // Anywhere, in the pages, or in the footer.
            var bytes = what switch
            {
                0 => MutatedBytes.Of(whole, random),
                1 => [.. Flipped(whole[..^footer], random), .. whole[^footer..]],
                _ => [.. whole[..^footer], .. Flipped(whole[^footer..^8], random), .. whole[^8..]],
            };
            await File.WriteAllBytesAsync($"{_folder.Path}/f.parquet", bytes, Cancellation);
            var error = await Record.ExceptionAsync(() => Read(table.Schema));
            Assert.True(error is null || (error is InvalidDataException && error.Message.Contains(Location, StringComparison.Ordinal)), string.Create(CultureInfo.InvariantCulture, $"Round {round}: {error}"));
        }
    }

    private static byte[] Flipped(byte[] bytes, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static Field WithId(string name, IArrowType type, int id) =>
        new(name, type, true, new Dictionary<string, string> { ["PARQUET:field_id"] = id.ToString(CultureInfo.InvariantCulture) });

    private void WriteArrow(Field[] fields, IArrowArray[] columns)
    {
        var schema = new Apache.Arrow.Schema(fields, null);
        using var properties = new ArrowWriterPropertiesBuilder().StoreSchema().Build();
        using var writer = new FileWriter($"{_folder.Path}/f.parquet", schema, null, properties);
        writer.WriteRecordBatch(new RecordBatch(schema, columns, columns[0].Length));
        writer.Close();
    }

    private static IEnumerable<string> Texts(Schema schema, IEnumerable<object?[]> rows) => rows.Select(row => RowText.Of(schema, row));

    private async Task<List<object?[]>> Read(Schema schema, NameMapping? names = null)
    {
        var rows = new List<object?[]>();
        await foreach (var batch in new DataFileReader(new LocalFileIO(), schema, names).Read(Location, Cancellation))
            using (batch)
                rows.AddRange(ArrowRows.FromBatch(schema, batch));
        return rows;
    }
}
