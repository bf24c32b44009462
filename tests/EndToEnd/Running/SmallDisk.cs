using System.Diagnostics;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>
/// A file system of a few megabytes. Root mounts it; anybody else where Linux gives users namespaces of their own: there a process mounts it, and it is reached through that
/// process (<c>/proc/…/root/…</c>) by all that this user runs.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string mountPoint;
    private readonly Process? keeper;

    private SmallDisk(string mountPoint, Process? keeper)
    {
        (this.mountPoint, this.keeper) = (mountPoint, keeper);
        Path = keeper is null ? mountPoint : $"/proc/{keeper.Id}/root{mountPoint}";
    }

    public string Path { get; }

    /// <summary>Mounts it, or skips the test.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux mounts a small disk as easily.");
        string path = Directory.CreateTempSubdirectory("mammoth-disk-").FullName;
        if (Environment.UserName == "root" && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path) == 0)
            return new(path, null);

        var start = new ProcessStartInfo("unshare", ["-rm", "sh", "-c", "mount -t tmpfs -o size=$1m tmpfs \"$2\" && echo ready && exec cat", "sh", $"{megabytes}", path])
        {
            // It ends with its input, and so with this process.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process? keeper = null;
        try
        {
            keeper = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no such program.
        }

        if (keeper?.StandardOutput.ReadLine() == "ready")
            return new(path, keeper);
        keeper?.Dispose();
        Directory.Delete(path);
        Assert.Skip("This machine (a container?) lets this user mount nothing.");
        return null;
    }

    public void MakeReadOnly() => Remount("ro");

    /// <summary>Makes it as large as this, which frees a full one.</summary>
    public void MakeWritable(int megabytes) => Remount($"rw,size={megabytes}m");

    /// <summary>Leaves no byte free: whatever is appended to a file fails.</summary>
    public void Fill()
    {
        // Without a buffer, lest closing it fails once more.
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (byte[] block = new byte[4096]; ;)
                filler.Write(block);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        if (keeper is null)
        {
            Run("umount", "-l", mountPoint);
        }
        else
        {
            keeper.StandardInput.Close();
            keeper.WaitForExit();
            keeper.Dispose();
        }

        Directory.Delete(mountPoint);
    }

    private string Filler => System.IO.Path.Combine(Path, ".filler");

    private void Remount(string options)
    {
        string[] mount = ["mount", "--options-source", "disable", "-o", $"remount,{options}", mountPoint];
        Assert.Equal(0, keeper is null ? Run(mount) : Run(["nsenter", "-t", $"{keeper.Id}", "-U", "-m", "--preserve-credentials", .. mount]));
    }

    private static int Run(params string[] line)
    {
        using var process = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
