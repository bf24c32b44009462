using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime;

/// <summary>A journal in a folder of its own, opened as often as a test likes.</summary>
internal sealed class LocalJournal : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mammoth-journal-");

    internal string Path => System.IO.Path.Combine(folder.FullName, "journal.db");

    internal string Folder => folder.FullName;

    internal Task<LocalHost> Open(LocalOptions? options = null, Registry? registry = null) =>
        LocalHost.Open(Path, registry ?? Registrations.Registry(), options ?? new LocalOptions { Flush = false }, TestContext.Current.CancellationToken);

    public void Dispose() => folder.Delete(recursive: true);
}
