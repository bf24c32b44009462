using System.Globalization;
using Mammoth.Postgres.Copy.Wire;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Postgres.Copy.Wire;

/// <summary>Years and bounds, against the server over all it can hold.</summary>
public sealed class CalendarTests(PostgresFixture postgres)
{
    private const int FirstDate = -2_451_545;
    private const int LastDate = 2_145_031_948;
    private const long DayMicroseconds = 86_400_000_000;

    [Fact]
    public async Task Dates_are_in_the_year_in_which_the_server_has_them_over_the_whole_range()
    {
        var random = new Random(1);
        List<int> days = [FirstDate, LastDate, -730_119, -730_120, 2_921_939, 2_921_940, 0, -1];

        // Ends of years and of leap cycles, near and far.
        foreach (int year in (int[])[-4711, -400, -399, -100, -99, -44, -4, -3, 0, 10_000, 10_400, 12_345, 100_000, 1_000_000, 5_874_000])
            days.AddRange(Enumerable.Range(-3, 7).Select(d => (int)Math.Floor((year - 2000) * 365.2425) + d));
        days.AddRange(Enumerable.Range(0, 20_000).Select(_ => random.Next(3) switch
        {
            0 => random.Next(FirstDate, -730_000),
            1 => random.Next(2_921_000, 4_000_000),
            _ => random.Next(FirstDate, LastDate),
        }));
        Dictionary<int, int> years = await YearsAsync<int, int>("SELECT i, extract(year FROM '2000-01-01'::date + i)::int FROM unnest($1::int[]) i", [.. days.Where(d => d is >= FirstDate and <= LastDate).Distinct()]);
        byte[] wire = new byte[4];
        foreach ((int day, int year) in years)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(wire, day);
            string? reason = default(DateWire).Read(wire, out int read);
            Assert.True(reason == Expected(year), $"{day} days: year {year}, and it says {reason}");
            if (reason is null)
            {
                Assert.Equal(day, DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(read).DayNumber - new DateOnly(2000, 1, 1).DayNumber);
                Assert.Equal(4, default(DateWire).Write(read, wire));
                Assert.Equal(day, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(wire));
            }
        }
    }

    [Fact]
    public async Task Timestamps_are_in_the_year_in_which_the_server_has_them_to_the_microsecond()
    {
        var random = new Random(2);
        List<long> all = [];
        foreach (int day in (int[])[-2_451_544, -2_451_000, -730_120, -730_119, -730_121, 2_921_939, 2_921_940, 2_921_941, 0, -1, 100_000_000, 106_000_000])
            all.AddRange(((long[])[-1, 0, 1, DayMicroseconds - 1, DayMicroseconds / 2]).Select(m => (day * DayMicroseconds) + m));
        all.AddRange(Enumerable.Range(0, 10_000).Select(_ => (random.NextInt64(-2_451_500, 106_751_000) * DayMicroseconds) + (random.Next(3) == 0 ? random.Next(-2, 3) : random.NextInt64(DayMicroseconds))));
        Dictionary<long, int> years = await YearsAsync<long, int>(
            """
            SELECT m, extract(year FROM '2000-01-01'::timestamp + (day::text || ' days')::interval + make_interval(secs => 0) + (rest::text || ' microseconds')::interval)::int
            FROM unnest($1::int8[]) m, LATERAL (SELECT floor(m::numeric / 86400000000)::int8 AS day) d, LATERAL (SELECT m - day * 86400000000 AS rest) r
            """,
            [.. all.Distinct()]);
        byte[] wire = new byte[8];
        foreach ((long microseconds, int year) in years)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(wire, microseconds);
            string? reason = default(TimestampWire).Read(wire, out long read);
            Assert.True(reason == Expected(year), $"{microseconds} µs: year {year}, and it says {reason}");
            if (reason is null)
            {
                Assert.Equal(new DateTime(2000, 1, 1).Ticks + (microseconds * 10), DateTime.UnixEpoch.Ticks + (read * 10));
                Assert.Equal(8, default(TimestampWire).Write(read, wire));
                Assert.Equal(microseconds, System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(wire));
            }
        }
    }

    private static string? Expected(int year) => year switch
    {
        >= 1 and <= 9999 => null,
        > 9999 => string.Create(CultureInfo.InvariantCulture, $"year {year}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"year {-year} BC"),
    };

    private async Task<Dictionary<TKey, TValue>> YearsAsync<TKey, TValue>(string sql, TKey[] keys)
        where TKey : notnull
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "calendar");
        await using var command = new NpgsqlCommand(sql, database.Connection) { Parameters = { new NpgsqlParameter { Value = keys } } };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Dictionary<TKey, TValue> all = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            all[reader.GetFieldValue<TKey>(0)] = reader.GetFieldValue<TValue>(1);
        return all;
    }
}
