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

    /// <summary>Waits until no other of these programs works with the folder: two at a time would measure each other, and the first to end would end the server.</summary>
    public static async Task<FileStream> EnterAsync(string folder, Action<string> tell, CancellationToken cancellationToken)
    {
        for (bool told = false; ; told = true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, "in-use"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException)
            {
                if (!told)
                    tell($"Waiting for another that works with {folder}");

                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }
}
