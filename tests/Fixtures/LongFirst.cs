using Mammoth.Tests.Fixtures;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongFirst))]

namespace Mammoth.Tests.Fixtures;

/// <summary>Begins the classes that are <see cref="LongRunningAttribute"/> before all others.</summary>
public sealed class LongFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = [.. typeof(LongFirst).Assembly.GetTypes().Where(t => t.IsDefined(typeof(LongRunningAttribute), inherit: false)).Select(t => t.FullName!)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => Long.Any(name => c.TestCollectionDisplayName.Contains($" {name} ", StringComparison.Ordinal)) ? 0 : 1)];
}
