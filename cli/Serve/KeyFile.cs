using System.Text.Json;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Runs;

namespace Mammoth.Cli.Serve;

/// <summary>The keys' file: names and hashes, readable by its owner only. Read again when it changes, so that a new key needs no restart.</summary>
internal sealed class KeyFile(string path)
{
    public const string Variable = "MAMMOTH_KEYS";

    private static readonly JsonSerializerOptions Json = new(RunFolder.Json) { WriteIndented = true };

    private readonly Lock gate = new();
    private IReadOnlyList<ApiKey> known = [];
    private (DateTime Written, long Length) seen;

    public string Path { get; } = path;

    /// <summary>Where the file lies when nobody says otherwise.</summary>
    public static string DefaultPath()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return System.IO.Path.Combine(home.Length > 0 ? home : System.IO.Path.GetTempPath(), "mammoth", "keys.json");
    }

    /// <summary>The keys as they are now; empty where there is no file.</summary>
    /// <exception cref="UsageException">The file can't be read.</exception>
    public IReadOnlyList<ApiKey> Keys()
    {
        lock (gate)
        {
            FileInfo file = new(Path);
            if (!file.Exists)
                return known = [];

            (DateTime, long) now = (file.LastWriteTimeUtc, file.Length);
            if (now != seen)
            {
                known = Read();
                seen = now;
            }

            return known;
        }
    }

    public void Save(IReadOnlyList<ApiKey> keys)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        string torn = $"{Path}.{Environment.ProcessId}.tmp";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        using (FileStream file = new(torn, options))
        {
            JsonSerializer.Serialize(file, keys, Json);
        }

        File.Move(torn, Path, overwrite: true);
    }

    private ApiKey[] Read()
    {
        try
        {
            return JsonSerializer.Deserialize<ApiKey[]>(File.ReadAllBytes(Path), Json) ?? [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The keys in {Path} can't be read: {e.Message}", "Mend or remove the file; `mammoth serve key create` makes a new one.");
        }
    }
}
