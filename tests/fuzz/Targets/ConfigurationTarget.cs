using Mammoth.Migration.Configuration;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;

namespace Mammoth.Fuzz.Targets;

/// <summary>The file that <c>--config</c> names.</summary>
internal static class ConfigurationTarget
{
    private static readonly MigrationOptions Options = new() { Slots = 2 };

    public static void Read(byte[] bytes)
    {
        try
        {
            ConfigurationFile.Parse(bytes, "fuzz.json", Options);
        }
        catch (UsageException e)
        {
            FindingException.Unless(e.Message.Contains("fuzz.json", StringComparison.Ordinal) && (e.Message.Contains("line ", StringComparison.Ordinal) || e.Message.Contains('$', StringComparison.Ordinal) || e.Message.Contains("null", StringComparison.Ordinal)), e);
        }
    }
}
