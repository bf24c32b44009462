using System.Net;
using System.Text;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.IO;

/// <summary>What a conditional write says when the network swallowed an answer: never a conflict with ourselves, never a lie.</summary>
public sealed class AzureLostAnswerTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly AzureFaults _faults = new();
    private IFileIO _files = null!;
    private IFileIO _others = null!;
    private string _location = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var container = await azurite.CreateContainer(Cancellation);
        var warehouse = container.Open(_faults.Configure);
        (_files, _others, _location) = (warehouse.Io, container.Open().Io, $"{warehouse.Root}/catalog.json");
    }

    public ValueTask DisposeAsync()
    {
        _faults.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_file_whose_creation_was_not_answered_is_known_as_ours(int times)
    {
        _faults.Next(AzureFaults.IsWrite, AzureFaults.LoseAnswer, times);
        var tag = await _files.Write(_location, "ours"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        await IsCurrent("ours", tag);
    }

    [Fact]
    public async Task A_replacement_that_was_not_answered_is_known_as_ours()
    {
        var before = await _files.Write(_location, "before"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        _faults.Next(AzureFaults.IsWrite, AzureFaults.LoseAnswer);
        var tag = await _files.Write(_location, "ours"u8.ToArray(), WriteCondition.IfUnchanged(before), Cancellation);
        await IsCurrent("ours", tag);
        // And the tag is good for the next write.
        await _files.Write(_location, "next"u8.ToArray(), WriteCondition.IfUnchanged(tag), Cancellation);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20 << 20)]
    public async Task A_completion_that_was_not_answered_is_known_as_ours(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        await using var file = _files.Create(_location);
        file.Stream.Write(content);
        _faults.Next(AzureFaults.IsWrite, AzureFaults.LoseAnswer);
        Assert.Equal(length, await file.Complete(Cancellation));
        var read = await _others.Read(_location, Cancellation);
        Assert.True(read!.Bytes.Span.SequenceEqual(content));
    }

    [Fact]
    public async Task Blocks_that_were_not_answered_are_sent_again()
    {
        var content = new byte[30 << 20];
        new Random(3).NextBytes(content);
        _faults.Next(AzureFaults.IsBlock, AzureFaults.LoseAnswer).Next(AzureFaults.IsBlock, AzureFaults.LoseRequest)
            .Next(AzureFaults.IsBlock, AzureFaults.Answer(HttpStatusCode.ServiceUnavailable, "ServerBusy"));
        await using var file = _files.Create(_location);
        await file.Stream.WriteAsync(content, Cancellation);
        await file.Complete(Cancellation);
        var read = await _others.Read(_location, Cancellation);
        Assert.True(read!.Bytes.Span.SequenceEqual(content));
        Assert.Equal(4 + 3, _faults.Seen.Count(s => s.Contains("comp=block&", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_write_that_others_replaced_before_it_could_be_recognised_is_unknown_and_no_conflict()
    {
        var before = await _files.Write(_location, "before"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        _faults.Next(AzureFaults.IsWrite, async (_, send, _) =>
        {
            (await send()).Dispose();
            var ours = await _others.Read(_location, Cancellation);
            await _others.Write(_location, "theirs"u8.ToArray(), WriteCondition.IfUnchanged(ours!.ETag), Cancellation);
            throw new HttpRequestException("The answer was lost.");
        });
        var unknown = await Assert.ThrowsAsync<StorageException>(() => _files.Write(_location, "ours"u8.ToArray(), WriteCondition.IfUnchanged(before), Cancellation));
        Assert.Contains("is not known", unknown.Message, StringComparison.Ordinal);
        Assert.Equal("theirs", Encoding.UTF8.GetString((await _others.Read(_location, Cancellation))!.Bytes.Span));
    }

    [Fact]
    public async Task A_busy_store_has_refused_so_a_conflict_after_it_is_one()
    {
        _faults.Next(AzureFaults.IsWrite, async (request, send, cancellation) =>
        {
            await _others.Write(_location, "theirs"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
            return await AzureFaults.Answer(HttpStatusCode.ServiceUnavailable, "ServerBusy")(request, send, cancellation);
        });
        await Assert.ThrowsAsync<PreconditionFailedException>(() => _files.Write(_location, "ours"u8.ToArray(), WriteCondition.IfAbsent, Cancellation));
    }

    [Fact]
    public async Task A_write_that_is_never_answered_is_unknown_and_says_where()
    {
        _faults.Next(AzureFaults.IsWrite, AzureFaults.LoseAnswer).Next(AzureFaults.IsWrite, AzureFaults.LoseRequest, times: 3);
        var unknown = await Assert.ThrowsAsync<StorageException>(() => _files.Write(_location, "ours"u8.ToArray(), WriteCondition.IfAbsent, Cancellation));
        Assert.StartsWith(_location, unknown.Message, StringComparison.Ordinal);
        Assert.Contains("the connection to 127.0.0.1 failed, again and again", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_that_is_cut_in_the_middle_is_asked_for_again()
    {
        _faults.Next(AzureFaults.IsDownload, AzureFaults.CutAnswer, times: 2);
        Assert.Null(await _files.Read(_location, Cancellation));
        Assert.Equal(3, _faults.Seen.Count);
    }

    [Fact]
    public async Task A_lost_answer_and_then_a_refusal_that_was_made_up_is_unknown_until_the_blob_tells()
    {
        var before = await _files.Write(_location, "before"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        _faults.Next(AzureFaults.IsWrite, AzureFaults.LoseRequest).Next(AzureFaults.IsWrite, AzureFaults.Answer(HttpStatusCode.PreconditionFailed, "ConditionNotMet"));
        var unknown = await Assert.ThrowsAsync<StorageException>(() => _files.Write(_location, "ours"u8.ToArray(), WriteCondition.IfUnchanged(before), Cancellation));
        Assert.True(unknown.IsUnknown && !unknown.MayPass, unknown.Message);
        await IsCurrent("before", before);
        _faults.Next(AzureFaults.IsWrite, AzureFaults.LoseAnswer).Next(AzureFaults.IsWrite, AzureFaults.Answer(HttpStatusCode.PreconditionFailed, "ConditionNotMet"));
        await IsCurrent("ours", await _files.Write(_location, "ours"u8.ToArray(), WriteCondition.IfUnchanged(before), Cancellation));
    }

    [Fact]
    public async Task Somebody_elses_file_of_equal_content_is_not_ours()
    {
        await _others.Write(_location, "same"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => _files.Write(_location, "same"u8.ToArray(), WriteCondition.IfAbsent, Cancellation));
        await using var file = _files.Create(_location);
        file.Stream.Write("same"u8);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => file.Complete(Cancellation));
    }

    private async Task IsCurrent(string content, string tag)
    {
        var read = await _others.Read(_location, Cancellation);
        Assert.Equal((content, tag), (Encoding.UTF8.GetString(read!.Bytes.Span), read.ETag));
    }
}
