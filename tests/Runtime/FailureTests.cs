using System.Net.Sockets;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;
using Npgsql;

namespace Mammoth.Tests.Runtime;

public sealed class FailureTests
{
    [Fact]
    public void Survives_as_one_line_of_text()
    {
        string line = $"Task 'CopyChunk' failed: {Throw.Rich.Encode()} (worker 3)";
        Assert.Equal(Payload.Of(Throw.Rich).GetRawText(), Payload.Of(Failure.Decode(line)).GetRawText());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("The worker process exited with code 137.")]
    [InlineData("⟦not json⟧")]
    [InlineData("⟧⟦")]
    [InlineData("x ⟦{\"type\":null}⟧")]
    [InlineData("x ⟦{\"type\":\"T\",\"message\":\"cut of")]
    public void What_can_not_be_decoded_is_transient(string? text)
    {
        var failure = Failure.Decode(text);
        Assert.Equal(("Host", true), (failure.Type, failure.Transient));
        Assert.NotEmpty(failure.Message);
    }

    [Fact]
    public void Survives_where_a_host_hands_on_the_first_line_only()
    {
        var failure = new Failure("SyntaxError", "syntax error at or near \"SELEC\"\r\nLINE 1: SELEC 1\n        ^", "42601");
        string firstLine = failure.Encode().Split('\n')[0].TrimEnd();
        Assert.Equal(Payload.Of(failure).GetRawText(), Payload.Of(Failure.Decode(firstLine)).GetRawText());
    }

    [Fact]
    public void Of_several_failures_in_one_text_the_outermost_is_the_first()
    {
        var outer = new Failure("TableFailed", "orders failed ⟦see below⟧.");
        string text = $"{outer.Encode()} ---> {new Failure("Timeout", "Too late.", Transient: true).Encode()}\n   at Mammoth⟦x⟧";
        Assert.Equal("TableFailed", Failure.Decode(text).Type);
    }

    [Fact]
    public void Exceptions_keep_their_causes_and_what_is_known_of_them()
    {
        var failure = new Registry().FailureOf(new InvalidOperationException("outer", new TimeoutException("inner")));
        Assert.Equal(new Failure("InvalidOperationException", "outer", Cause: new("TimeoutException", "inner", Transient: true)), failure);
        Assert.True(new Registry().FailureOf(new SocketException()).Transient);
        var postgres = new Registry().FailureOf(new PostgresException("gone", "ERROR", "ERROR", "42P01"));
        Assert.Equal(("42P01", false), (postgres.Code, postgres.Transient));
        Assert.True(new Registry().FailureOf(new PostgresException("shutting down", "FATAL", "FATAL", "57P01")).Transient);
    }

    [Fact]
    public void The_classifier_added_last_is_asked_first()
    {
        var registry = new Registry()
            .Classify(e => e is IOException ? new("Storage", e.Message) : null)
            .Classify(e => e is FileNotFoundException ? new("Missing", e.Message) : null);
        Assert.Equal("Missing", registry.FailureOf(new FileNotFoundException("x")).Type);
        Assert.Equal("Storage", registry.FailureOf(new IOException("x")).Type);
        Assert.Equal("FormatException", registry.FailureOf(new FormatException("x")).Type);
    }

    [Fact]
    public void Waits_grow_to_their_limit()
    {
        var retry = new Retry(10, TimeSpan.FromSeconds(1), 3, TimeSpan.FromSeconds(20));
        Assert.Equal([1, 3, 9, 20, 20], Enumerable.Range(1, 5).Select(i => (int)retry.Wait(i).TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(5), new Retry(10_000, TimeSpan.FromSeconds(1)).Wait(5000));
    }
}
