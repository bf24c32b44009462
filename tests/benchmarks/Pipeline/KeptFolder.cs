using System.CommandLine;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>Where the cluster lies, and what else is kept from run to run.</summary>
internal static class KeptFolder
{
    public static Option<string?> Option() => new("--keep")
    {
        Description = "The folder of the cluster and of all that is written, kept for the next run; every user must be able to enter it. artifacts/bench where none is given.",
        HelpName = "folder",
    };

    public static string Of(string? given)
    {
        string folder = Path.GetFullPath(given ?? Path.Combine(Repository.Root(), "artifacts", "bench"));
        Directory.CreateDirectory(folder);
        return folder;
    }
}
