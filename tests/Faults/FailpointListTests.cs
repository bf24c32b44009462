using Mammoth.Iceberg.Faults;

namespace Mammoth.Tests.Faults;

public sealed class FailpointListTests
{
    [Fact]
    public void Names_faults_and_passes_are_read()
    {
        var faults = FailpointList.Parse("files-written=crash@3; catalog-write=drop ;journal-commit=delay:200@*; file-write=full@7");

        Assert.Equal(new Fault(FaultKind.Crash, 3), faults["files-written"]);
        Assert.Equal(new Fault(FaultKind.Drop, 1), faults["catalog-write"]);
        Assert.Equal(new Fault(FaultKind.Delay, null, TimeSpan.FromMilliseconds(200)), faults["journal-commit"]);
        Assert.Equal(new Fault(FaultKind.Full, 7), faults["file-write"]);
    }

    [Theory]
    [InlineData("file-written=crash", "no failpoint 'file-written'")]
    [InlineData("files-written", "has no '='")]
    [InlineData("files-written=explode", "'explode' is no fault")]
    [InlineData("files-written=crash@0", "'crash@0' has no number")]
    [InlineData("files-written=delay:soon", "'delay:soon' has no number")]
    [InlineData("files-written=drop", "no write whose answer could be dropped")]
    [InlineData("files-written=full", "takes no space on a disk")]
    [InlineData("files-written=crash;files-written=throw", "armed twice")]
    public void What_is_unknown_is_an_error_that_names_it(string text, string says)
    {
        var error = Assert.Throws<FormatException>(() => FailpointList.Parse(text));

        Assert.StartsWith("MAMMOTH_FAILPOINTS: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_unique_and_there_are_more_than_fifteen()
    {
        Assert.True(Failpoints.All.Count > 15);
        Assert.Equal(Failpoints.All.Count, Failpoints.All.Select(f => f.Name).Distinct().Count());
    }
}
