using System.ComponentModel;
using System.Diagnostics;

namespace Mammoth.Tests.Fixtures;

/// <summary>The Node packages of tests/readers, installed with the first use.</summary>
internal static class NodeModules
{
    /// <summary>tests/readers of the source tree.</summary>
    public static string Folder { get; } = Find();

    /// <summary>Installs what the lock file names where the packages are missing or older than it. Several test runs at once are fine.</summary>
    /// <returns>The folder with <c>node_modules</c>.</returns>
    public static async Task<string> Install(CancellationToken cancellation)
    {
        if (Installed())
            return Folder;
        await using var turn = await Lock(cancellation);
        if (Installed())
            return Folder;
        // Not "ci": it refuses a lock file that does not name the binaries for platforms which the registry at hand does not carry.
        using var npm = Start("npm", Folder, "install", "--no-save", "--no-progress");
        npm.StandardInput.Close();
        var output = npm.StandardOutput.ReadToEndAsync(cancellation);
        var errors = npm.StandardError.ReadToEndAsync(cancellation);
        await npm.WaitForExitAsync(cancellation);
        return npm.ExitCode == 0 ? Folder
            : throw new InvalidOperationException($"'npm install --no-save' in {Folder} failed ({npm.ExitCode}):\n{await output}\n{await errors}");
    }

    /// <summary>Starts a program with its streams redirected.</summary>
    public static Process Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"'{program}' could not be started. Tests with other readers need Node 20 or later and npm on the PATH.", e);
        }
    }

    // npm writes this file last.
    private static bool Installed()
    {
        var marker = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        return marker.Exists && marker.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }

    private static async Task<FileStream> Lock(CancellationToken cancellation)
    {
        while (true)
            try
            {
                return new FileStream(Path.Combine(Folder, ".installing"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException)
            {
                // Another run installs.
                await Task.Delay(500, cancellation);
            }
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "readers", "package.json")))
                return Path.Combine(folder.FullName, "readers");
        throw new DirectoryNotFoundException($"There is no folder tests/readers above {AppContext.BaseDirectory}: run the tests from a source tree.");
    }
}
