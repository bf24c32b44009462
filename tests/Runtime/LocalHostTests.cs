using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime;

public sealed class LocalHostTests
{
    [Fact]
    public async Task Runs_an_orchestration_to_its_result()
    {
        var cancellation = TestContext.Current.CancellationToken;
        string folder = Directory.CreateTempSubdirectory("mammoth-local-").FullName;
        await using (var host = await LocalHost.Open(Path.Combine(folder, "journal.db"), new Registry().AddOrchestration<SumOfDoubles>().AddActivity<Double>(), cancellation: cancellation))
        {
            await host.Start<SumOfDoubles>("sum", 100, cancellation);
            Assert.Equal(10100, await host.WaitForCompletion<int>("sum", cancellation));
        }

        Directory.Delete(folder, recursive: true);
    }
}
