using System.Security.Cryptography;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.IO;

/// <summary>Measures the whole process, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(AzureMemoryTests), DisableParallelization = true)]
[Collection(nameof(AzureMemoryTests))]
public sealed class AzureMemoryTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_of_300_megabytes_passes_through_flat_memory()
    {
        const int Megabytes = 300;
        var warehouse = (await azurite.CreateContainer(Cancellation)).Open();
        var location = $"{warehouse.Root}/large.bin";
        using var written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var part = new byte[1 << 20];
        var random = new Random(17);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;

        await using (var file = warehouse.Io.Create(location))
        {
            for (var i = 0; i < Megabytes; i++)
            {
                random.NextBytes(part);
                written.AppendData(part);
                file.Stream.Write(part);
                if (i % 50 == 49)
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
            Assert.Equal((long)Megabytes << 20, await file.Complete(Cancellation));
        }
        await using var stream = await warehouse.Io.OpenRead(location, Cancellation);
        for (var i = 0; i < Megabytes; i++)
        {
            await stream.ReadExactlyAsync(part, Cancellation);
            read.AppendData(part);
            if (i % 50 == 49)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal(written.GetHashAndReset(), read.GetHashAndReset());
        // Three blocks in flight, one being filled, one read ahead, and what the client needs itself.
        Assert.InRange(most, 0, 64 << 20);
    }
}
