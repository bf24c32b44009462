using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Faults;

/// <summary>One clone of the sample for all faults: nothing writes to it, so each of its tables has the same rows for all of them.</summary>
public sealed class FaultySample(PostgresFixture postgres)
{
    /// <summary>Some tables are copied step by step, and not in one.</summary>
    internal const string Config = """{"sizes": {"mediumRows": 5000}}""";

    /// <summary>The schema whose tables are copied: each failpoint is met there, and some hundred processes have less to do.</summary>
    internal const string Schema = "shop";

    private IReadOnlyDictionary<string, long>? rows;
    private SourceDatabase? source;

    internal async Task<SourceDatabase> Source(CancellationToken cancellation) => source ??= await new SampleSource(postgres).Clone(cancellation);

    /// <summary>The rows of each table, by <c>schema.name</c>, as PostgreSQL counts them.</summary>
    internal async Task<IReadOnlyDictionary<string, long>> Rows(CancellationToken cancellation)
    {
        if (rows is null)
        {
            var database = await Source(cancellation);
            var counted = new Dictionary<string, long>();
            foreach (var relation in (await database.Tables(cancellation)).Where(t => t.StartsWith($"{Schema}.", StringComparison.Ordinal)))
            {
                // A parent by inheritance is a table of its own beside its children; a partitioned one holds its partitions' rows.
                var only = (await database.Query<bool>($"SELECT relkind = 'r' FROM pg_class WHERE oid = '{relation.Replace("'", "''", StringComparison.Ordinal)}'::regclass", cancellation)).Single();
                counted[await database.Unquoted(relation, cancellation)] = (await database.Query<long>($"SELECT count(*) FROM {(only ? "ONLY " : "")}{relation}", cancellation)).Single();
            }

            rows = counted;
        }

        return rows;
    }
}
