using Mammoth.Migration.Runs;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Migrations;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_chain_is_given_from_its_first_record_to_its_last_and_none_may_be_missing()
    {
        var io = new Mammoth.Iceberg.IO.LocalFileIO();
        var run = new RunFolder(io, folder.Location, "run");
        Assert.Empty(await run.ReadChain<Link>(null, l => l.Previous, Cancellation));
        string? last = null;
        for (int i = 1; i <= 3; i++)
            last = await run.Write(run.Fixed($"{i}.json"), new Link(i, last), Cancellation);
        Assert.Equal([1, 2, 3], (await run.ReadChain<Link>(last, l => l.Previous, Cancellation)).Select(l => l.Number));

        await io.Delete(run.Fixed("2.json"), Cancellation);
        await Assert.ThrowsAsync<FileNotFoundException>(() => run.ReadChain<Link>(last, l => l.Previous, Cancellation));
    }

    private sealed record Link(int Number, string? Previous);
}
