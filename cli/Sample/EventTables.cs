using System.Globalization;
using System.Text;

namespace Mammoth.Cli.Sample;

/// <summary>
/// Events partitioned by month: a default partition, one month partitioned again by kind, and one leaf that was a table of
/// its own before it was attached, so that its columns stand in another order and it has a dropped one.
/// </summary>
internal static class EventTables
{
    private const int Months = 6;
    private static readonly string[] Kinds = ["view", "click", "cart", "buy", "search", "odd \"kind\""];
    private static readonly DateTime First = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static SampleTable Events(SampleCounts counts) => new(
        "shop", "events", ["id", "at", "kind", "customer_id", "payload", "duration_ms"], Create())
    {
        Rows = counts.Events,
        Row = (lines, random, i) =>
        {
            // One in fifty lies outside all months, in the default partition.
            DateTime at = random.OneIn(50) ? First.AddDays(-1 - random.Below(300)) : First.AddSeconds(random.Below(181 * 86_400));
            lines.Add((long)i + 1).AddTimestampTz(at.AddTicks(random.Below(1_000_000) * 10)).Add(random.Pick(Kinds));
            lines.Add(random.OneIn(3) ? (int?)null : 1 + random.Below(counts.Customers));
            lines.Add(random.OneIn(5) ? null : $$"""{"page": "/{{random.Pick(Words.Things)}}/{{random.Below(10_000)}}", "ref": "{{random.Pick(Words.Plain)}}"}""");
            lines.Add(random.OneIn(10) ? (double?)null : random.Below(10_000_000) / 1_000d);
        },
    };

    private static string Create()
    {
        StringBuilder sql = new();
        sql.AppendLine("""
            CREATE TABLE shop.events (
              id bigint NOT NULL, at timestamptz NOT NULL, kind text NOT NULL, customer_id bigint, payload jsonb, duration_ms double precision)
              PARTITION BY RANGE (at);
            CREATE TABLE shop.events_other PARTITION OF shop.events DEFAULT;
            CREATE TABLE shop.events_2024_03 PARTITION OF shop.events FOR VALUES FROM ('2024-03-01 00:00+00') TO ('2024-04-01 00:00+00') PARTITION BY LIST (kind);
            CREATE TABLE shop.events_2024_03_buy PARTITION OF shop.events_2024_03 FOR VALUES IN ('buy');
            CREATE TABLE shop.events_2024_03_rest PARTITION OF shop.events_2024_03 DEFAULT;
            CREATE TABLE shop.events_2024_05 (
              payload jsonb, gone text, kind text NOT NULL, duration_ms double precision, customer_id bigint, at timestamptz NOT NULL, id bigint NOT NULL);
            ALTER TABLE shop.events_2024_05 DROP COLUMN gone;
            ALTER TABLE shop.events ATTACH PARTITION shop.events_2024_05 FOR VALUES FROM ('2024-05-01 00:00+00') TO ('2024-06-01 00:00+00');
            """);
        for (int month = 0; month < Months; month++)
        {
            DateTime from = First.AddMonths(month);
            if (from.Month is not (3 or 5))
            {
                sql.AppendLine(CultureInfo.InvariantCulture, $"CREATE TABLE shop.events_{from:yyyy_MM} PARTITION OF shop.events FOR VALUES FROM ('{from:yyyy-MM-dd} 00:00+00') TO ('{from.AddMonths(1):yyyy-MM-dd} 00:00+00');");
            }
        }

        return sql.ToString();
    }
}
