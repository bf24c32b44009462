using Cronos;
using Mammoth.Migration.Errors;

namespace Mammoth.Cli.Serve;

/// <summary>When to begin something by itself, in UTC.</summary>
internal sealed class Schedule
{
    private readonly CronExpression expression;

    private Schedule(string text, CronExpression expression)
    {
        Text = text;
        this.expression = expression;
    }

    public string Text { get; }

    /// <summary>Five fields, or six with seconds in front. Null where the text is empty: the schedule is off.</summary>
    /// <exception cref="UsageException">It is no cron expression, or its time never comes.</exception>
    public static Schedule? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;

        try
        {
            string trimmed = text.Trim();
            bool seconds = trimmed.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length == 6;
            Schedule schedule = new(trimmed, CronExpression.Parse(trimmed, seconds ? CronFormat.IncludeSeconds : CronFormat.Standard));
            return schedule.After(DateTimeOffset.UtcNow) is null
                ? throw new UsageException($"The schedule \"{trimmed}\" names a time that never comes.", "\"0 3 * * *\" is every night at three, UTC.")
                : schedule;
        }
        catch (CronFormatException e)
        {
            throw new UsageException($"\"{text}\" is no cron expression: {e.Message}", "\"0 3 * * *\" is every night at three, UTC.");
        }
    }

    /// <summary>The next time, or null where there is none.</summary>
    public DateTimeOffset? After(DateTimeOffset time) => expression.GetNextOccurrence(time, TimeZoneInfo.Utc);
}
