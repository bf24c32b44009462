using Mammoth.Iceberg.Manifests;

namespace Mammoth.Fuzz.Targets;

/// <summary>Manifests and manifest lists: the same bytes as both.</summary>
internal static class AvroTarget
{
    private const string Location = "file:///fuzz.avro";

    public static void Read(byte[] bytes)
    {
        var files = new OneFile(Location, bytes);
        Refusable(() =>
        {
            foreach (ManifestEntry entry in ManifestReader.Read(bytes, Location))
                _ = entry.File.FilePath.Length;
        });
        Refusable(() => ManifestList.Read(files, Location, CancellationToken.None).GetAwaiter().GetResult());
    }

    private static void Refusable(Action read)
    {
        try
        {
            read();
        }
        catch (FormatException e)
        {
            FindingException.Unless(e.Message.Contains(Location, StringComparison.Ordinal), e);
        }
    }
}
