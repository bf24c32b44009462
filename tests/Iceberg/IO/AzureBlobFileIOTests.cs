using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.IO;

public sealed class AzureBlobFileIOTests(AzuriteFixture azurite) : FileIOTests, IAsyncLifetime
{
    private Warehouse _warehouse = null!;

    protected override IFileIO Files => _warehouse.Io;

    protected override string Root => _warehouse.Root + "/lake";

    public async ValueTask InitializeAsync() => _warehouse = (await azurite.CreateContainer(Cancellation)).Open();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
