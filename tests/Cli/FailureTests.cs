using Mammoth.Cli.Errors;
using Npgsql;

namespace Mammoth.Tests.Cli;

/// <summary>What a person is told of an exception.</summary>
public sealed class FailureTests
{
    [Fact]
    public void A_statement_given_up_since_somebody_stopped_the_command_is_no_failure_of_the_connection() =>
        Assert.Equal("stopped", FailureReader.Read(new NpgsqlException("Exception while writing to stream", new OperationCanceledException())).Code);

    [Fact]
    public void One_that_took_too_long_is() =>
        Assert.NotEqual("stopped", FailureReader.Read(new NpgsqlException("Exception while reading from stream", new TimeoutException())).Code);
}
