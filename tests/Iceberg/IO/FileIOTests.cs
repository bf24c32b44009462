using System.Text;
using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Iceberg.IO;

/// <summary>What every store must do; a class for each store runs it.</summary>
public abstract class FileIOTests
{
    protected abstract IFileIO Files { get; }

    /// <summary>An empty place of this test's own, without a slash at the end.</summary>
    protected abstract string Root { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_is_not_there_reads_as_null()
    {
        Assert.Null(await Files.Read($"{Root}/none/x.json", Cancellation));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Files.OpenRead($"{Root}/none/x.json", Cancellation));
        await Files.Delete($"{Root}/none/x.json", Cancellation);
    }

    [Fact]
    public async Task What_is_written_is_read_back_with_its_tag()
    {
        var location = $"{Root}/sub folder/ünï%20.json";
        var tag = await Files.Write(location, "one"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        var read = await Files.Read(location, Cancellation);
        Assert.Equal("one", Encoding.UTF8.GetString(read!.Bytes.Span));
        Assert.Equal(tag, read.ETag);
        Assert.Equal([location], await Locations($"{Root}/"));
    }

    [Fact]
    public async Task A_file_is_created_only_once()
    {
        var location = $"{Root}/a.json";
        await Files.Write(location, "one"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        var refused = await Assert.ThrowsAsync<PreconditionFailedException>(() => Files.Write(location, "two"u8.ToArray(), WriteCondition.IfAbsent, Cancellation));
        Assert.Equal(location, refused.Location);
        Assert.Equal("one", await Text(location));
    }

    [Fact]
    public async Task A_file_is_replaced_only_at_the_version_that_was_read()
    {
        var location = $"{Root}/a.json";
        var first = await Files.Write(location, "one"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        var second = await Files.Write(location, "two"u8.ToArray(), WriteCondition.IfUnchanged(first), Cancellation);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => Files.Write(location, "three"u8.ToArray(), WriteCondition.IfUnchanged(first), Cancellation));
        Assert.Equal("two", await Text(location));
        await Files.Write(location, "three"u8.ToArray(), WriteCondition.IfUnchanged(second), Cancellation);
        Assert.Equal("three", await Text(location));
    }

    [Fact]
    public async Task A_file_that_is_gone_is_not_replaced()
    {
        var location = $"{Root}/a.json";
        var tag = await Files.Write(location, "one"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        await Files.Delete(location, Cancellation);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => Files.Write(location, "two"u8.ToArray(), WriteCondition.IfUnchanged(tag), Cancellation));
        Assert.Empty(await Locations($"{Root}/"));
    }

    [Fact]
    public async Task Of_many_racing_writers_each_wins_once_and_no_update_is_lost()
    {
        var location = $"{Root}/counter";
        await Files.Write(location, "0"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Increment(location, 10)));
        Assert.Equal("80", await Text(location));
    }

    [Fact]
    public async Task Of_many_racing_creators_exactly_one_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            try
            {
                await Files.Write($"{Root}/one", Encoding.UTF8.GetBytes($"{i}"), WriteCondition.IfAbsent, Cancellation);
                return i;
            }
            catch (PreconditionFailedException)
            {
                return -1;
            }
        }));
        Assert.Equal([await Text($"{Root}/one")], outcomes.Where(o => o >= 0).Select(o => $"{o}"));
    }

    [Fact]
    public async Task A_large_file_is_whole_and_can_be_read_anywhere()
    {
        // Three blocks and a bit, with content that shows its place.
        var content = new byte[(24 << 20) + 12_345];
        new Random(1).NextBytes(content);
        var location = $"{Root}/data/large.bin";
        await using (var file = Files.Create(location))
        {
            Assert.Equal(location, file.Location);
            for (var at = 0; at < content.Length;)
            {
                var count = Math.Min(1_000_003, content.Length - at);
                file.Stream.Write(content, at, count);
                at += count;
            }
            Assert.Equal(content.Length, await file.Complete(Cancellation));
        }
        await using var stream = await Files.OpenRead(location, Cancellation);
        Assert.Equal(content.Length, stream.Length);
        foreach (var (offset, count) in new[] { (content.Length - 8, 8), (0, 4), (9 << 20, 100_000), ((16 << 20) - 5, 10) })
        {
            var part = new byte[count];
            stream.Seek(offset, SeekOrigin.Begin);
            await stream.ReadExactlyAsync(part, Cancellation);
            Assert.True(content.AsSpan(offset, count).SequenceEqual(part), $"at {offset}");
        }
        stream.Seek(0, SeekOrigin.Begin);
        var whole = new MemoryStream();
        await stream.CopyToAsync(whole, Cancellation);
        Assert.True(content.AsSpan().SequenceEqual(whole.GetBuffer().AsSpan(0, (int)whole.Length)));
    }

    [Fact]
    public async Task A_file_that_is_not_completed_leaves_nothing()
    {
        await using (var file = Files.Create($"{Root}/data/gone.bin"))
        {
            await file.Stream.WriteAsync(new byte[9 << 20], Cancellation);
            Assert.Null(await Files.Read($"{Root}/data/gone.bin", Cancellation));
        }
        Assert.Null(await Files.Read($"{Root}/data/gone.bin", Cancellation));
        Assert.Empty(await Locations($"{Root}/"));
    }

    [Fact]
    public async Task A_file_written_in_parts_does_not_replace_another()
    {
        await Files.Write($"{Root}/a", "one"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        await using (var file = Files.Create($"{Root}/a"))
        {
            file.Stream.Write("two"u8);
            await Assert.ThrowsAsync<PreconditionFailedException>(() => file.Complete(Cancellation));
        }
        Assert.Equal("one", await Text($"{Root}/a"));
    }

    [Fact]
    public async Task An_empty_file_exists()
    {
        await using (var file = Files.Create($"{Root}/empty"))
            Assert.Equal(0, await file.Complete(Cancellation));
        Assert.Equal(0, (await Files.Read($"{Root}/empty", Cancellation))!.Bytes.Length);
        await using var stream = await Files.OpenRead($"{Root}/empty", Cancellation);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancellation));
    }

    [Fact]
    public async Task Listings_take_a_prefix_and_come_in_order_of_location()
    {
        foreach (var name in new[] { "a/b.txt", "a-b.txt", "a/b/c.txt", "a.txt", "b/x.txt", "B.txt", "a/b-c.txt" })
            await Files.Write($"{Root}/{name}", new byte[name.Length], WriteCondition.IfAbsent, Cancellation);
        string[] all = ["B.txt", "a-b.txt", "a.txt", "a/b-c.txt", "a/b.txt", "a/b/c.txt", "b/x.txt"];
        Assert.Equal(all.Select(n => $"{Root}/{n}"), await Locations($"{Root}/"));
        Assert.Equal(all.Where(n => n.StartsWith("a/", StringComparison.Ordinal)).Select(n => $"{Root}/{n}"), await Locations($"{Root}/a/"));
        Assert.Equal(all.Where(n => n.StartsWith("a/b", StringComparison.Ordinal)).Select(n => $"{Root}/{n}"), await Locations($"{Root}/a/b"));
        Assert.Empty(await Locations($"{Root}/none/"));
        await foreach (var entry in Files.List($"{Root}/", Cancellation))
        {
            Assert.Equal(entry.Location.Length - Root.Length - 1, entry.Length);
            Assert.InRange(entry.Modified, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        }
    }

    protected async Task<List<string>> Locations(string prefix)
    {
        var found = new List<string>();
        await foreach (var entry in Files.List(prefix, Cancellation))
            found.Add(entry.Location);
        return found;
    }

    protected async Task<string> Text(string location) => Encoding.UTF8.GetString((await Files.Read(location, Cancellation))!.Bytes.Span);

    private async Task Increment(string location, int times)
    {
        for (var done = 0; done < times;)
        {
            var read = (await Files.Read(location, Cancellation))!;
            var next = int.Parse(Encoding.UTF8.GetString(read.Bytes.Span), System.Globalization.CultureInfo.InvariantCulture) + 1;
            try
            {
                await Files.Write(location, Encoding.UTF8.GetBytes($"{next}"), WriteCondition.IfUnchanged(read.ETag), Cancellation);
                done++;
            }
            catch (PreconditionFailedException)
            {
                await Task.Delay(Random.Shared.Next(1, 5), Cancellation);
            }
        }
    }
}
