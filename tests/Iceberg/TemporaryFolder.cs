using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Iceberg;

/// <summary>A folder of a test's own, deleted with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mammoth-iceberg-").FullName;

    public string Location => LocalPath.ToLocation(Path);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
