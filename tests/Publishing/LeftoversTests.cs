using Mammoth.Migration.Publishing;

namespace Mammoth.Tests.Publishing;

public sealed class LeftoversTests
{
    private const string Attempt = "0190a3b4c5d67e8f90a1b2c3d4e5f607";

    [Theory]
    [InlineData("nightly", "nightly-00000-" + Attempt + "-000.parquet", true)]
    [InlineData("nightly", "nightly-123456-" + Attempt + "-1000.parquet", true)]
    [InlineData("nightly", "nightly-2-00000-" + Attempt + "-000.parquet", false)]
    [InlineData("nightly-2", "nightly-2-00000-" + Attempt + "-000.parquet", true)]
    [InlineData("n.ghtly", "nightly-00000-" + Attempt + "-000.parquet", false)]
    [InlineData("nightly", "nightly-00000-" + Attempt + "-000.parquet.crc", false)]
    [InlineData("nightly", "somebody-elses.parquet", false)]
    public void Takes_only_files_of_the_run_itself_for_its_leftovers(string run, string file, bool own) =>
        Assert.Equal(own, Leftovers.IsOf(run, file));
}
