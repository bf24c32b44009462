using System.Globalization;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>A cgroup with a limit of memory, of version 2 or 1; gone when disposed, when nothing runs in it any more.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string path;

    private MemoryGroup(string path) => this.path = path;

    /// <summary>A command line that runs the one that follows it within the group.</summary>
    public string[] Within => ["sh", "-c", $"echo $$ > '{path}/cgroup.procs' && exec \"$@\"", "sh"];

    /// <summary>Makes one, or returns null where this user may not.</summary>
    public static MemoryGroup? Make(long bytes)
    {
        string name = $"mammoth-test-{Guid.NewGuid():N}";
        foreach ((string parent, string limit) in new[] { ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max") })
        {
            string path = Path.Combine(parent, name);
            try
            {
                if (!Directory.Exists(parent))
                    continue;
                Directory.CreateDirectory(path);
                if (File.Exists(Path.Combine(path, limit)))
                {
                    File.WriteAllText(Path.Combine(path, limit), bytes.ToString(CultureInfo.InvariantCulture));

                    // Without it a process would be swapped out instead.
                    if (File.Exists(Path.Combine(path, "memory.swap.max")))
                        File.WriteAllText(Path.Combine(path, "memory.swap.max"), "0");
                    return new(path);
                }

                Directory.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not here.
            }
        }

        return null;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(path);
        }
        catch (IOException)
        {
            // The kernel takes its time to see that the last process has ended.
        }
    }
}
