using System.Text.RegularExpressions;
using Mammoth.Api.Routes;

namespace Mammoth.Tests.Functions;

/// <summary>The app in Azure answers what <see cref="ApiRoutes"/> says, as <c>mammoth serve</c> does.</summary>
public sealed partial class ApiFunctionsTests
{
    /// <summary>Its template in Azure takes what would shadow the routes before it: the host takes the first route that fits.</summary>
    private const string CatchAll = "CatalogOther";

    public static TheoryData<string> Operations => [.. ApiRoutes.All.Select(r => r.Operation)];

    [Fact]
    public void Every_route_has_its_function_and_the_reverse() => Assert.Equal(
        ApiRoutes.All.Select(r => r.Operation).Order(StringComparer.Ordinal),
        FunctionSource.Of("Http").Select(f => f.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void No_function_is_declared_in_a_form_that_these_tests_overlook() =>
        Assert.Equal(FunctionSource.Count("Http"), FunctionSource.Of("Http").Count);

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_function_has_its_routes_path_methods_and_access_and_calls_its_operation(string operation)
    {
        ApiRoute route = ApiRoutes.All.Single(r => r.Operation == operation);
        FunctionSource function = FunctionSource.Of("Http").Single(f => f.Name == operation);
        Match trigger = Trigger().Match(function.Arguments);
        Assert.True(trigger.Success, function.Arguments);
        Assert.Equal(route.Access == Access.Open ? "Anonymous" : "Function", trigger.Groups["level"].Value);
        Assert.Equal(route.Path.Length == 0 ? "{ignored:maxlength(0)?}" : route.Path, trigger.Groups["route"].Value);
        Assert.Equal(
            route.Methods.Where(m => operation != CatchAll || m is not ("GET" or "HEAD")).Order(StringComparer.Ordinal),
            trigger.Groups["method"].Captures.Select(c => c.Value.ToUpperInvariant()).Order(StringComparer.Ordinal));
        Assert.Equal(operation, function.Method);
        Assert.Equal($"host.Over(client).{operation}(request, cancellation)", function.Body);
    }

    [Fact]
    public void No_function_has_the_name_of_another()
    {
        string[] folders = ["Http", "Migrations", "Probes", "Timers"];
        string[] names = [.. folders.SelectMany(FunctionSource.Of).Select(f => f.Name)];
        Assert.Equal(names.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    /// <summary>/admin and /runtime belong to the host.</summary>
    [Fact]
    public void No_route_is_one_that_the_host_keeps_for_itself() =>
        Assert.DoesNotContain(ApiRoutes.All, r => r.Path.StartsWith("admin", StringComparison.OrdinalIgnoreCase) || r.Path.StartsWith("runtime", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("""^AuthorizationLevel\.(?<level>\w+)(, "(?<method>\w+)")+, Route = "(?<route>[^"]*)"$""")]
    private static partial Regex Trigger();
}
