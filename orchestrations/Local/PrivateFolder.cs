namespace Mammoth.Orchestrations.Local;

/// <summary>A folder that only its owner can look into: journals hold no credentials, but names, filters and failures.</summary>
public static class PrivateFolder
{
    /// <summary>Makes it where it is not there; one that is there stays as its owner made it.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
