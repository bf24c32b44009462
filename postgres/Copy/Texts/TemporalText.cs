using System.Buffers;
using Mammoth.Postgres.Copy.Wire;

namespace Mammoth.Postgres.Copy.Texts;

/// <summary>Dates and times as <c>DateStyle = ISO</c> and <c>TimeZone = UTC</c> have them.</summary>
internal static class TemporalText
{
    private const long Second = 1_000_000;

    /// <param name="days">Since 2000-01-01.</param>
    public static void WriteDate(int days, IBufferWriter<byte> text)
    {
        if (days is int.MinValue or int.MaxValue)
        {
            text.Write(days < 0 ? "-infinity"u8 : "infinity"u8);
            return;
        }

        long year = WriteDay(days, text);
        WriteEra(year, text);
    }

    /// <param name="microseconds">Since 2000-01-01.</param>
    /// <param name="zoned">The zone, which is UTC, stands behind it.</param>
    public static void WriteTimestamp(long microseconds, bool zoned, IBufferWriter<byte> text)
    {
        if (microseconds is long.MinValue or long.MaxValue)
        {
            text.Write(microseconds < 0 ? "-infinity"u8 : "infinity"u8);
            return;
        }

        long days = Math.DivRem(microseconds, Calendar.DayMicroseconds, out long time);
        if (time < 0)
        {
            days--;
            time += Calendar.DayMicroseconds;
        }

        long year = WriteDay(days, text);
        text.Write((byte)' ');
        WriteTime(time, text);
        if (zoned)
            text.Write("+00"u8);
        WriteEra(year, text);
    }

    /// <param name="microseconds">Since midnight.</param>
    public static void WriteTime(long microseconds, IBufferWriter<byte> text)
    {
        long seconds = Math.DivRem(microseconds, Second, out long fraction);
        text.Write(seconds / 3600, 2);
        text.Write((byte)':');
        text.Write(seconds / 60 % 60, 2);
        text.Write((byte)':');
        text.Write(seconds % 60, 2);
        if (fraction == 0)
            return;
        byte digits = 6;
        for (; fraction % 10 == 0; fraction /= 10)
            digits--;
        text.Write((byte)'.');
        text.Write(fraction, digits);
    }

    private static long WriteDay(long days, IBufferWriter<byte> text)
    {
        (long year, int month, int day) = Calendar.DateOf(days);
        text.Write(year > 0 ? year : 1 - year, 4);
        text.Write((byte)'-');
        text.Write(month, 2);
        text.Write((byte)'-');
        text.Write(day, 2);
        return year;
    }

    private static void WriteEra(long year, IBufferWriter<byte> text)
    {
        if (year <= 0)
            text.Write(" BC"u8);
    }
}
