using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;

namespace Mammoth.Tests.Cli;

/// <summary>What <c>read</c> prints, judged by parsers of others: every value of every type is what PostgreSQL says it is.</summary>
public sealed class ReadFormsTests(FormsTable forms) : IClassFixture<FormsTable>
{
    private static readonly string[] Numbers = ["single", "twice"];
    private static readonly string[] Nested = ["list", "amounts", "pair"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Csv_is_read_by_duckdb_value_for_value()
    {
        string path = await PrintAsync("csv");

        List<string?[]> rows = await QueryAsync($"SELECT * FROM read_csv('{path}', auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', parallel = false, nullstr = '', allow_quoted_nulls = false, strict_mode = true, max_line_size = 10000000, columns = {{{string.Join(", ", FormsTable.Columns.Select(c => $"'{c}': 'VARCHAR'"))}}}) ORDER BY id::int");

        Assert.Equal(FormsTable.Rows, rows.Count);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < FormsTable.Columns.Length; column++)
                Same(row, FormsTable.Columns[column], forms.Expected[row][column], rows[row][column]);
        }
    }

    /// <summary>RFC 4180: CRLF after each record, the same number of fields in each, quotes doubled within quotes.</summary>
    [Fact]
    public async Task Csv_keeps_to_the_letter_of_the_rfc()
    {
        List<List<(string Text, bool Quoted)>> records = Rfc4180(await File.ReadAllTextAsync(await PrintAsync("csv"), Token));

        Assert.Equal(FormsTable.Rows + 1, records.Count);
        Assert.Equal(FormsTable.Columns, records[0].Select(f => f.Text));
        Assert.All(records, r => Assert.Equal(FormsTable.Columns.Length, r.Count));
        int words = Array.IndexOf(FormsTable.Columns, "words");
        foreach (List<(string Text, bool Quoted)> record in records.Skip(1))
        {
            string? expected = forms.Expected[int.Parse(record[0].Text, CultureInfo.InvariantCulture) - 1][words];
            Assert.Equal((expected ?? "", expected is not null && record[words].Quoted), (record[words].Text, record[words].Quoted));
        }
    }

    [Fact]
    public async Task Json_lines_are_read_by_two_parsers_value_for_value()
    {
        string path = await PrintAsync("json");
        string[] lines = await File.ReadAllLinesAsync(path, Token);
        Assert.Equal(FormsTable.Rows, lines.Length);
        Dictionary<string, string?[]> duck = (await QueryAsync($"SELECT json->>'id', {string.Join(", ", FormsTable.Columns.Select(c => $"json->>'$.\"{c.Replace("\"", "\\\"", StringComparison.Ordinal)}\"'"))} FROM read_ndjson_objects('{path}', maximum_object_size = 100000000)"))
            .ToDictionary(r => r[0]!, r => r[1..]);

        foreach (string line in lines)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Assert.Equal(FormsTable.Columns, json.RootElement.EnumerateObject().Select(p => p.Name));
            int row = json.RootElement.GetProperty("id").GetInt32() - 1;
            for (int column = 0; column < FormsTable.Columns.Length; column++)
            {
                string name = FormsTable.Columns[column];
                JsonElement value = json.RootElement.GetProperty(name);
                string? text = value.ValueKind switch { JsonValueKind.Null => null, JsonValueKind.String => value.GetString(), _ => value.GetRawText() };
                Same(row, name, forms.Expected[row][column], text);

                // DuckDB's path does not reach a name with a quote.
                if (!name.Contains('"', StringComparison.Ordinal))
                    Same(row, name, forms.Expected[row][column], duck[$"{row + 1}"][column]);
            }
        }
    }

    [Fact]
    public async Task Json_has_numbers_where_no_reader_rounds_them_and_text_where_one_would()
    {
        foreach (string line in await File.ReadAllLinesAsync(await PrintAsync("json"), Token))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Kind(json, "flag", JsonValueKind.True, JsonValueKind.False);
            Kind(json, "small", JsonValueKind.Number);
            Kind(json, "large", JsonValueKind.Number);
            Kind(json, "exact", JsonValueKind.String);
            Kind(json, "words", JsonValueKind.String);
            Kind(json, "list", JsonValueKind.Array);
            Kind(json, "pair", JsonValueKind.Object);
            Kind(json, "nothing");
            JsonElement twice = json.RootElement.GetProperty("twice");
            Assert.True(twice.ValueKind is JsonValueKind.Null || (twice.ValueKind == JsonValueKind.String) == (twice.ToString() is "NaN" or "Infinity" or "-Infinity"), twice.GetRawText());
        }

        static void Kind(JsonDocument json, string name, params JsonValueKind[] kinds) => Assert.Contains(json.RootElement.GetProperty(name).ValueKind, (JsonValueKind[])[.. kinds, JsonValueKind.Null]);
    }

    [Fact]
    public async Task No_form_but_csv_hands_the_terminal_a_control_character()
    {
        foreach (string form in (string[])["text", "json"])
        {
            CommandLine run = await CommandLine.RunAsync("read", "forms", "-w", forms.Warehouse, "-o", form, "--limit", "1000", "--columns", "id", "words", "list", "pair", "a \"b\", c");

            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Empty(run.Out.Where(c => char.IsControl(c) && c != '\n').Select(c => $"U+{(int)c:X4}").Distinct());
        }
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("text")]
    public async Task Columns_come_in_the_order_that_was_asked_for(string form)
    {
        CommandLine run = await CommandLine.RunAsync("read", "forms", "-w", forms.Warehouse, "-o", form, "--limit", "1", "--columns", "key", "id", "flag");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string head = run.Out.Split('\n').First(l => l.Contains("key", StringComparison.Ordinal));
        Assert.True(head.IndexOf("key", StringComparison.Ordinal) < head.IndexOf("id", StringComparison.Ordinal) && head.IndexOf("id", StringComparison.Ordinal) < head.IndexOf("flag", StringComparison.Ordinal), head);
    }

    [Fact]
    public async Task A_column_asked_for_twice_is_refused_or_printed_twice_but_never_lost()
    {
        CommandLine run = await CommandLine.RunAsync("read", "forms", "-w", forms.Warehouse, "-o", "csv", "--limit", "1", "--columns", "id", "id");

        Assert.True(run.ExitCode == 64 || run.Out.StartsWith("id,id\r\n", StringComparison.Ordinal), $"{run.ExitCode} {run.Out} {run.Error}");
        Assert.DoesNotContain("unforeseen", run.Error, StringComparison.Ordinal);
    }

    /// <summary>A single column: an empty line is the null, and no line may be lost.</summary>
    [Fact]
    public async Task Csv_of_one_column_has_a_line_for_each_null()
    {
        CommandLine run = await CommandLine.RunAsync("read", "forms", "-w", forms.Warehouse, "-o", "csv", "--columns", "nothing");

        Assert.Equal($"nothing\r\n{string.Concat(Enumerable.Repeat("\r\n", FormsTable.Rows))}", run.Out);
    }

    private static void Same(int row, string column, string? expected, string? actual)
    {
        bool same = (expected, actual) switch
        {
            (null, null) => true,
            (null, _) or (_, null) => false,
            _ when column == "single" => BitConverter.SingleToInt32Bits(Single(expected)) == BitConverter.SingleToInt32Bits(Single(actual)),
            _ when column == "twice" => BitConverter.DoubleToInt64Bits(Double(expected)) == BitConverter.DoubleToInt64Bits(Double(actual)),
            _ when Nested.Contains(column) => JsonElement.DeepEquals(JsonSerializer.Deserialize<JsonElement>(expected), JsonSerializer.Deserialize<JsonElement>(actual)),
            _ => expected == actual,
        };
        Assert.True(same, $"Row {row + 1}, {column}: expected {expected ?? "null"}, found {actual ?? "null"}.");
        Assert.True(Numbers.Length == 2);
    }

    private static float Single(string text) => float.Parse(text, CultureInfo.InvariantCulture);

    private static double Double(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private async Task<string> PrintAsync(string form)
    {
        CommandLine run = await CommandLine.RunAsync("read", "forms", "-w", forms.Warehouse, "--output", form);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string path = forms.File($"{Guid.NewGuid():N}.{form}");
        await File.WriteAllTextAsync(path, run.Out, Token);
        return path;
    }

    private static async Task<List<string?[]>> QueryAsync(string sql)
    {
        await using DuckDBConnection connection = new("DataSource=:memory:");
        await connection.OpenAsync(Token);
        await using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await using System.Data.Common.DbDataReader reader = await command.ExecuteReaderAsync(Token);
        List<string?[]> rows = [];
        while (await reader.ReadAsync(Token))
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))]);
        return rows;
    }

    /// <summary>The grammar of RFC 4180 and nothing beside it: what does not keep to it fails here.</summary>
    private static List<List<(string Text, bool Quoted)>> Rfc4180(string text)
    {
        List<List<(string Text, bool Quoted)>> records = [];
        int at = 0;
        while (at < text.Length)
        {
            List<(string Text, bool Quoted)> record = [];
            while (true)
            {
                bool quoted = at < text.Length && text[at] == '"';
                System.Text.StringBuilder field = new();
                if (quoted)
                {
                    for (at++; text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"'); at++)
                    {
                        at += text[at] == '"' ? 1 : 0;
                        field.Append(text[at]);
                    }

                    at++;
                }
                else
                {
                    for (; text[at] is not (',' or '\r' or '\n'); at++)
                    {
                        Assert.NotEqual('"', text[at]);
                        field.Append(text[at]);
                    }
                }

                record.Add((field.ToString(), quoted));
                if (text[at] != ',')
                    break;
                at++;
            }

            Assert.Equal("\r\n", text.Substring(at, 2));
            at += 2;
            records.Add(record);
        }

        return records;
    }
}
