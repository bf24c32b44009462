using System.Diagnostics;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>A file system of a few megabytes, where this process may mount one (Linux, root).</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Mounts it, or skips the test.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root on Linux can mount a small disk.");
        var path = Directory.CreateTempSubdirectory("mammoth-disk-").FullName;
        var mounted = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path);
        if (mounted != 0)
            Directory.Delete(path);
        Assert.SkipUnless(mounted == 0, "This machine (a container?) does not let root mount.");
        return new(path);
    }

    public void MakeReadOnly() => Assert.Equal(0, Run("mount", "-o", "remount,ro", Path));

    public void MakeWritable(int megabytes) => Assert.Equal(0, Run("mount", "-o", $"remount,rw,size={megabytes}m", Path));

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
