using System.Globalization;

namespace Mammoth.Postgres.Copy.Wire;

/// <summary>The proleptic Gregorian calendar, which both sides count in: PostgreSQL from 2000-01-01, Arrow from 1970-01-01.</summary>
internal static class Calendar
{
    /// <summary>Days from 1970-01-01 to 2000-01-01.</summary>
    public const int EpochDays = 10_957;

    /// <summary>Microseconds of a day.</summary>
    public const long DayMicroseconds = 86_400_000_000;

    /// <summary>Microseconds from 1970-01-01 to 2000-01-01.</summary>
    public const long EpochMicroseconds = EpochDays * DayMicroseconds;

    /// <summary>0001-01-01 in days since 1970-01-01.</summary>
    public const int FirstDay = -719_162;

    /// <summary>9999-12-31 in days since 1970-01-01.</summary>
    public const int LastDay = 2_932_896;

    /// <summary>The first microsecond of year 1, since 1970-01-01.</summary>
    public const long FirstMicrosecond = FirstDay * DayMicroseconds;

    /// <summary>The last microsecond of year 9999, since 1970-01-01.</summary>
    public const long LastMicrosecond = ((LastDay + 1) * DayMicroseconds) - 1;

    /// <summary>Why a date (days since 2000-01-01) has no place in a date column.</summary>
    public static string WhyUnfitDate(int days) => days switch
    {
        int.MaxValue => "infinity",
        int.MinValue => "-infinity",
        _ => Year(days),
    };

    /// <summary>Why a timestamp (microseconds since 2000-01-01) has no place in a timestamp column.</summary>
    public static string WhyUnfitTimestamp(long microseconds) => microseconds switch
    {
        long.MaxValue => "infinity",
        long.MinValue => "-infinity",
        _ => Year(Math.DivRem(microseconds, DayMicroseconds) is var (days, rest) && rest < 0 ? days - 1 : microseconds / DayMicroseconds),
    };

    /// <summary>The date of a day (days since 2000-01-01). Years are counted with a year 0, which is 1 BC.</summary>
    public static (long Year, int Month, int Day) DateOf(long days)
    {
        // 400 years are 146,097 days. Counting from a March 1st puts the leap day at a year's end.
        long shifted = days + EpochDays + 719_468;
        long era = Math.DivRem(shifted, 146_097, out long day);
        if (day < 0)
        {
            era--;
            day += 146_097;
        }

        long yearOfEra = (day - (day / 1_460) + (day / 36_524) - (day / 146_096)) / 365;
        int dayOfYear = (int)(day - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100)));
        int monthFromMarch = ((5 * dayOfYear) + 2) / 153;
        return (
            yearOfEra + (era * 400) + (dayOfYear >= 306 ? 1 : 0),
            monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9,
            dayOfYear - (((153 * monthFromMarch) + 2) / 5) + 1);
    }

    /// <summary>The year of a day (days since 2000-01-01), as people say it: there is no year 0.</summary>
    private static string Year(long days)
    {
        (long year, _, _) = DateOf(days);
        return year > 0
            ? string.Create(CultureInfo.InvariantCulture, $"year {year}")
            : string.Create(CultureInfo.InvariantCulture, $"year {1 - year} BC");
    }
}
