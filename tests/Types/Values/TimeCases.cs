using System.Globalization;

namespace Mammoth.Tests.Types.Values;

internal static class TimeCases
{
    private const long Day = 86_400_000_000;

    public static IEnumerable<TypeCase> All()
    {
        yield return new("date", "date", "date", Date);
        yield return new("date, all of them", "date", "string", WholeDate) { Unfit = true };
        yield return new("time", "time", "time", Time);
        yield return new("time(2)", "time(2)", "time", r => Time(r)[..8]);
        yield return new("time with 24:00", "time", "string", r => r.OneIn(6) ? "24:00:00" : Time(r)) { Unfit = true };
        yield return new("timetz", "timetz", "string", r => (r.OneIn(9) ? "24:00:00" : Time(r)) + Zone(r));
        yield return new("timestamp", "timestamp", "timestamp", r => $"{Date(r)} {Time(r)}");
        yield return new("timestamp(0)", "timestamp(0)", "timestamp", r => $"{Date(r)} {Time(r)[..8]}");
        yield return new("timestamp, all of them", "timestamp", "string", r => Whole(r, "")) { Unfit = true };
        yield return new("timestamptz", "timestamptz", "timestamptz", r => $"{InnerDate(r)} {Time(r)}{Zone(r)}");
        yield return new("timestamptz, all of them", "timestamptz", "string", r => Whole(r, Zone(r))) { Unfit = true };
        yield return new("interval", "interval", "string", Interval);
        yield return new("interval day to second(3)", "interval day to second(3)", "string", r => $"{r.Next(-60, 60)} days {r.Next(24)}:{r.Next(60):D2}:12.345");
        yield return new("interval with infinity", "interval", "string", r => r.Pick("infinity", "-infinity", "1 day")) { Since = 17 };
    }

    /// <summary>A day of the years 1 to 9999.</summary>
    public static string Date(Random random) => random.OneIn(5)
        ? random.Pick("0001-01-01", "9999-12-31", "1970-01-01", "1969-12-31", "2000-02-29", "1900-02-28", "1582-10-04", "1582-10-15", "2000-01-01", "1999-12-31")
        : DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber + 1)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>One that is within those years in every zone.</summary>
    public static string InnerDate(Random random) => Date(random) switch
    {
        "0001-01-01" => "0001-01-02",
        "9999-12-31" => "9999-12-30",
        var date => date,
    };

    /// <summary>Any day that PostgreSQL has; some that Iceberg has not.</summary>
    public static string WholeDate(Random random) => random.Next(5) switch
    {
        0 => random.Pick("infinity", "-infinity", "4714-11-24 BC", "5874897-12-31", "0001-12-31 BC", "10000-01-01", "0044-03-15 BC"),
        1 => $"{random.Next(10_000, 200_000)}-{random.Next(1, 13):D2}-{random.Next(1, 29):D2}",
        2 => $"{random.Next(1, 4_700):D4}-{random.Next(1, 13):D2}-{random.Next(1, 29):D2} BC",
        _ => Date(random),
    };

    public static string Time(Random random)
    {
        long micros = random.Next(5) switch
        {
            0 => random.Pick(0, Day - 1, 1, Day - 1_000_000, Day / 2),
            1 => random.Next(86_400) * 1_000_000L,
            _ => random.NextInt64(Day),
        };
        return new TimeOnly(micros * 10).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
    }

    public static string Zone(Random random) => random.Pick("+00", "+05:30", "-11", "+14", "-03:30", "+01:02:03", "+15:59", "-15:59");

    /// <summary>Any moment that PostgreSQL has; some that Iceberg has not.</summary>
    public static string Whole(Random random, string zone) => random.Next(5) switch
    {
        0 => random.Pick("infinity", "-infinity", "4713-01-02 00:00:00 BC", "294276-12-30 23:59:59.999999", "0001-12-31 23:59:59.999999 BC", "10000-01-02 00:00:00"),
        1 => $"{random.Next(10_000, 294_000)}-{random.Next(1, 13):D2}-{random.Next(1, 29):D2} {Time(random)}{zone}",
        2 => $"{random.Next(1, 4_700):D4}-{random.Next(1, 13):D2}-{random.Next(1, 29):D2} {Time(random)}{zone} BC",
        _ => $"{InnerDate(random)} {Time(random)}{zone}",
    };

    private static string Interval(Random random) => random.Next(4) switch
    {
        0 => random.Pick("0", "1 mon", "-1 day", "178000000 years", "-178000000 years", "-2147483648 days", "9223372036854775807 microseconds"),
        1 => $"{random.Next(-100, 100)} years {random.Next(-20, 20)} mons {random.Next(-60, 60)} days",
        _ => $"{random.Next(-10, 10)} mons {random.Next(-40, 40)} days {random.NextInt64(-Day * 9, Day * 9)} microseconds",
    };
}
