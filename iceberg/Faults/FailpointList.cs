using System.Globalization;

namespace Mammoth.Iceberg.Faults;

/// <summary>
/// Reads what arms failpoints: <c>name=fault[@pass]</c>, parted by semicolons. A fault is <c>crash</c>, <c>throw</c>, <c>drop</c>, <c>full</c> or <c>delay:milliseconds</c>. It happens at
/// the first pass, at the one that is named (<c>@3</c>), or at each (<c>@*</c>); <c>full</c> lasts from there on.
/// </summary>
internal static class FailpointList
{
    /// <exception cref="FormatException">A name or a fault is unknown.</exception>
    public static IReadOnlyDictionary<string, Fault> Parse(string text)
    {
        var faults = new Dictionary<string, Fault>(StringComparer.Ordinal);
        foreach (string part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2) is not [var name, var fault])
                throw Wrong($"'{part}' has no '='");
            Failpoint point = Failpoints.All.FirstOrDefault(f => f.Name == name)
                ?? throw Wrong($"there is no failpoint '{name}'. There are {string.Join(", ", Failpoints.All.Select(f => f.Name))}");
            Fault parsed = Read(fault);
            if (parsed.Kind == FaultKind.Drop && !point.IsWrite)
                throw Wrong($"'{name}' is no write whose answer could be dropped. Those are {string.Join(", ", Failpoints.All.Where(f => f.IsWrite).Select(f => f.Name))}");
            if (parsed.Kind == FaultKind.Full && !point.TakesSpace)
                throw Wrong($"'{name}' takes no space on a disk. Those that do are {string.Join(", ", Failpoints.All.Where(f => f.TakesSpace).Select(f => f.Name))}");
            if (!faults.TryAdd(name, parsed))
                throw Wrong($"'{name}' is armed twice");
        }

        return faults;
    }

    private static Fault Read(string text)
    {
        string[] parts = text.Split('@', 2);
        int? pass = parts is [_, var at] ? at == "*" ? null : Number(at, text) : 1;
        return parts[0] switch
        {
            "crash" => new(FaultKind.Crash, pass),
            "throw" => new(FaultKind.Throw, pass),
            "drop" => new(FaultKind.Drop, pass),
            "full" => new(FaultKind.Full, pass),
            _ when parts[0].StartsWith("delay:", StringComparison.Ordinal) => new(FaultKind.Delay, pass, TimeSpan.FromMilliseconds(Number(parts[0]["delay:".Length..], text))),
            _ => throw Wrong($"'{text}' is no fault: crash, throw, drop, full or delay:milliseconds, and @pass behind it"),
        };
    }

    private static int Number(string text, string fault) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw Wrong($"'{fault}' has no number where one belongs");

    private static FormatException Wrong(string what) => new($"{Failpoint.Variable}: {what}.");
}
