using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Functions;

/// <summary>In Azure an orchestration, activity or entity without a function of its name fails when it is called, long after it was deployed.</summary>
public sealed class DurableFunctionsTests
{
    [Fact]
    public void Every_orchestration_and_activity_of_migrations_has_its_function_and_the_reverse() =>
        Agree(new Registry().AddMigrations(null!), FunctionSource.Of("Migrations"));

    [Fact]
    public void Every_probe_has_its_function_and_the_reverse() =>
        Agree(Registrations.Registry(), [.. FunctionSource.Of("Probes").Where(f => f.Trigger != "Http")]);

    [Theory]
    [InlineData("Migrations")]
    [InlineData("Probes")]
    public void No_function_is_declared_in_a_form_that_these_tests_overlook(string folder) =>
        Assert.Equal(FunctionSource.Count(folder), FunctionSource.Of(folder).Count);

    [Fact]
    public void Each_function_is_one_line_of_its_trigger()
    {
        foreach (FunctionSource function in FunctionSource.Of("Migrations").Concat(FunctionSource.Of("Probes")).Where(f => f.Trigger != "Http"))
        {
            Assert.Equal(function.Name, function.Method);
            Assert.Equal(
                function.Trigger switch
                {
                    "Orchestration" => "host.Orchestrate(context)",
                    "Activity" => "host.Act(call, instanceId, context)",
                    _ => "host.Operate(dispatcher)",
                },
                function.Body);
        }
    }

    private static void Agree(Registry registry, IReadOnlyList<FunctionSource> functions)
    {
        Assert.Equal(registry.Orchestrations.Order(StringComparer.Ordinal), Names("Orchestration"));
        Assert.Equal(registry.Activities.Order(StringComparer.Ordinal), Names("Activity"));
        Assert.Equal(registry.Entities.Order(StringComparer.Ordinal), Names("Entity"));

        IEnumerable<string> Names(string trigger) => functions.Where(f => f.Trigger == trigger).Select(f => f.Name).Order(StringComparer.Ordinal);
    }
}
