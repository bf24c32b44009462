using System.Globalization;

namespace Mammoth.Cli.Rendering;

/// <summary>Numbers as people read them.</summary>
internal static class Amount
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Thousands apart by commas.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>So many of a thing: 1 table, 2 tables.</summary>
    public static string Of(long number, string thing) => $"{Count(number)} {thing}{(number == 1 ? "" : "s")}";

    /// <summary>Bytes in decimal units with three digits.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        for (; bytes >= 999.5 && unit < Units.Length - 1; unit++)
            bytes /= 1_000;

        string format = unit == 0 || bytes >= 99.95 ? "0" : bytes >= 9.995 ? "0.0" : "0.00";
        return $"{bytes.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    /// <summary>A rounded count: 950, 12.3k, 4.56M.</summary>
    public static string Rough(double number)
    {
        string[] units = ["", "k", "M", "G"];
        int unit = 0;
        for (; number >= 999.5 && unit < units.Length - 1; unit++)
            number /= 1_000;

        string format = unit == 0 || number >= 99.95 ? "0" : number >= 9.995 ? "0.0" : "0.00";
        return number.ToString(format, CultureInfo.InvariantCulture) + units[unit];
    }

    /// <summary>A duration: 850 ms, 12.3 s, 4 min 05 s, 2 h 03 min.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 1 => $"{time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms",
        < 60 => $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
        < 3_600 => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
    };
}
