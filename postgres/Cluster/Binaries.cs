using System.Globalization;
using System.Text.RegularExpressions;

namespace Mammoth.Postgres.Cluster;

/// <summary>A folder with PostgreSQL's server programs.</summary>
/// <param name="Directory">Holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>.</param>
/// <param name="Origin">Where it was found, for people.</param>
internal sealed partial record Binaries(string Directory, string Origin)
{
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    /// <summary>All programs are there; a link that leads nowhere is none.</summary>
    private bool IsWhole => Needed.Select(Program).All(p => File.Exists(p) && File.ResolveLinkTarget(p, returnFinalTarget: true) is not { Exists: false });

    /// <summary>The full path of one of the programs.</summary>
    public string Program(string name) => Path.Combine(Directory, OperatingSystem.IsWindows() ? $"{name}.exe" : name);

    /// <summary>The programs in a folder, or null where one is missing.</summary>
    public static Binaries? In(string folder, string origin)
    {
        Binaries found = new(folder, origin);
        if (!found.IsWhole)
            return null;

        // A folder of links (/usr/local/bin) leads to the real one, beside which the server finds its share folder.
        string real = Path.GetDirectoryName(File.ResolveLinkTarget(found.Program("postgres"), returnFinalTarget: true)?.FullName) ?? folder;
        return found with { Directory = (found with { Directory = real }).IsWhole ? real : folder };
    }

    /// <summary>The programs on PATH, else in the usual places (newest version first), else null.</summary>
    public static Binaries? OnThisMachine()
    {
        if (Command.Find("initdb") is { } onPath && In(Path.GetDirectoryName(onPath)!, "PATH") is { } found)
            return found;

        return UsualPlaces().Select(p => In(p, p)).FirstOrDefault(b => b is not null);
    }

    private static IEnumerable<string> UsualPlaces()
    {
        string programFiles = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
        (string Parent, string Below)[] versioned =
        [
            ("/usr/lib/postgresql", "bin"),
            ("/usr/lib64/postgresql", "bin"),
            ("/usr/local/lib/postgresql", "bin"),
            ("/opt/homebrew/opt", "bin"),
            ("/usr/local/opt", "bin"),
            ("/Applications/Postgres.app/Contents/Versions", "bin"),
            ("/Library/PostgreSQL", "bin"),
            (programFiles.Length == 0 ? "" : Path.Combine(programFiles, "PostgreSQL"), "bin"),
        ];
        string[] fixedPlaces = ["/usr/local/pgsql/bin", "/opt/homebrew/bin", "/usr/pgsql/bin"];

        IEnumerable<string> byVersion =
            from place in versioned
            where place.Parent.Length > 0 && System.IO.Directory.Exists(place.Parent)
            from folder in System.IO.Directory.EnumerateDirectories(place.Parent)
            let name = Path.GetFileName(folder)
            where VersionInName().IsMatch(name)
            orderby double.Parse(VersionInName().Match(name).Groups[1].Value, CultureInfo.InvariantCulture) descending
            select Path.Combine(folder, place.Below);
        return byVersion.Concat(PgdgFolders()).Concat(fixedPlaces);
    }

    /// <summary>Red Hat style packages: <c>/usr/pgsql-17/bin</c>.</summary>
    private static IEnumerable<string> PgdgFolders() =>
        System.IO.Directory.Exists("/usr")
            ? System.IO.Directory.EnumerateDirectories("/usr", "pgsql-*").OrderDescending(StringComparer.Ordinal).Select(f => Path.Combine(f, "bin"))
            : [];

    [GeneratedRegex(@"^(?:postgresql@)?(\d+(?:\.\d+)?)$")]
    private static partial Regex VersionInName();
}
