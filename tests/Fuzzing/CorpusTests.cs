using Mammoth.Fuzz.Targets;
using Mammoth.Tests.Cli;
using Mammoth.Tests.Iceberg.Mutations;

namespace Mammoth.Tests.Fuzzing;

/// <summary>
/// What <c>tests/fuzz/run</c> begins with, and all that it ever found, without a fuzzer: each file, and damaged copies of it, are read or refused with their place.
/// <c>MAMMOTH_WRITE_CORPUS=1</c> makes the seeds anew.
/// </summary>
public sealed class CorpusTests
{
    private const int DamagedCopies = 150;

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(t => t.Name)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "fuzz-corpus");

    [Theory]
    [MemberData(nameof(Targets))]
    public void Its_files_and_damaged_copies_of_them_are_read_or_refused_with_their_place(string name)
    {
        FuzzTarget target = FuzzTarget.All.Single(t => t.Name == name);
        string[] files = Directory.GetFiles(Path.Combine(Folder, name));
        Assert.NotEmpty(files);
        var random = new Random(20_269);
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int copy = 0; copy <= DamagedCopies; copy++)
            {
                byte[] damaged = copy == 0 ? bytes : MutatedBytes.Of(bytes, random);
                Exception? finding = Record.Exception(() => target.Read(damaged));
                Assert.True(finding is null, $"{Path.GetFileName(file)}, copy {copy}: {finding}\n{Convert.ToBase64String(damaged)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Arbitrary_bytes_are_read_or_refused_with_their_place(string name)
    {
        FuzzTarget target = FuzzTarget.All.Single(t => t.Name == name);
        var random = new Random(20_270);
        for (int round = 0; round < 400; round++)
        {
            byte[] bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            Exception? finding = Record.Exception(() => target.Read(bytes));
            Assert.True(finding is null, $"round {round}: {finding}\n{Convert.ToBase64String(bytes)}");
        }
    }

    [Fact]
    public async Task Each_reader_has_seeds_that_it_reads()
    {
        IReadOnlyDictionary<string, byte[]> seeds = await CorpusSeeds.Make(TestContext.Current.CancellationToken);
        Assert.Equal(FuzzTarget.All.Select(t => t.Name).Order(StringComparer.Ordinal), seeds.Keys.Select(k => k.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));
        foreach ((string file, byte[] bytes) in seeds)
        {
            FuzzTarget.All.Single(t => t.Name == file.Split('/')[0]).Read(bytes);
            if (Environment.GetEnvironmentVariable("MAMMOTH_WRITE_CORPUS") is not "1")
                continue;
            string path = Path.Combine(DocumentationTests.Root(), "tests", "fuzz", "corpus", file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        }
    }
}
