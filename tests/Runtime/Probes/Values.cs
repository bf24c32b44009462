using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json.Serialization;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

public enum Colour
{
    Red,
    Green,
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Square), "square")]
public abstract record Shape;

public sealed record Circle(double Radius) : Shape;

public sealed record Square(int Side) : Shape;

/// <summary>All that a payload may hold.</summary>
public sealed record Values(
    bool Flag,
    long Long,
    ulong Unsigned,
    decimal Decimal,
    decimal Smallest,
    double Tenth,
    double Tiny,
    double NotANumber,
    double Infinite,
    float Single,
    Int128 Wide,
    UInt128 WideUnsigned,
    BigInteger Big,
    DateTimeOffset Offset,
    DateTime Local,
    DateOnly Date,
    TimeOnly Time,
    TimeSpan Span,
    Guid Id,
    string Text,
    string? Missing,
    int? Some,
    int? None,
    Colour Colour,
    byte[] Bytes,
    IReadOnlyList<int> List,
    ImmutableArray<string> Array,
    IReadOnlyDictionary<string, decimal> Map,
    Shape Shape,
    Values? Inner)
{
    public static Values Sample { get; } = Create(Create(null));

    /// <summary>The names of the properties that differ.</summary>
    public IEnumerable<string> Differences(Values other) => typeof(Values).GetProperties()
        .Where(p => p.Name != nameof(Sample))
        .Where(p => Payload.Of(p.GetValue(this), p.PropertyType).GetRawText() != Payload.Of(p.GetValue(other), p.PropertyType).GetRawText()
            || (p.PropertyType.IsValueType && p.PropertyType != typeof(ImmutableArray<string>) && !Equals(p.GetValue(this), p.GetValue(other))))
        .Select(p => p.Name);

    private static Values Create(Values? inner) => new(
        true,
        long.MinValue,
        ulong.MaxValue,
        1.2300m,
        0.0000000000000000000000000001m,
        0.1,
        double.Epsilon,
        double.NaN,
        double.NegativeInfinity,
        3.4028235e38f,
        Int128.MinValue,
        UInt128.MaxValue,
        BigInteger.Pow(-7, 99),
        new DateTimeOffset(2024, 2, 29, 23, 59, 59, 999, TimeSpan.FromHours(-9.5)).AddTicks(1),
        new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddTicks(1),
        DateOnly.MaxValue,
        TimeOnly.MaxValue,
        TimeSpan.MinValue,
        Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        "quote \" back\\slash \0 nul ⟦brackets⟧ 🦣 \u2028 2024-01-01T00:00:00Z",
        null,
        7,
        null,
        Colour.Green,
        [0, 255, 128],
        [3, 1, 2],
        ["b", "a"],
        new SortedDictionary<string, decimal>(StringComparer.Ordinal) { ["Upper Case"] = 1.0m, ["$type"] = 2.00m },
        new Circle(0.5),
        inner);
}

public sealed class EchoValues : Activity<EchoValues, Values, Values>
{
    public override Task<Values> Run(ActivityContext context, Values input) => Task.FromResult(input);
}

public sealed class EchoShape : Activity<EchoShape, Shape, Shape>
{
    public override Task<Shape> Run(ActivityContext context, Shape input) => Task.FromResult(input);
}

public sealed class EchoValuesChild : Orchestration<EchoValuesChild, Values, Values>
{
    public override Task<Values> Run(OrchestrationContext context, Values input) => Task.FromResult(input);
}

public sealed class EchoShapeChild : Orchestration<EchoShapeChild, Shape, Shape>
{
    public override Task<Shape> Run(OrchestrationContext context, Shape input) => Task.FromResult(input);
}

public sealed record KeptValues(Values? Last) : IEntity
{
    public KeptValues()
        : this((Values?)null)
    {
    }

    public KeptValues Keep(Values values) => this with { Last = values };
}

/// <summary>Sends the sample through an activity, a child and an entity, and lists what came back different.</summary>
public sealed class RoundTrips : Orchestration<RoundTrips, Nothing, IReadOnlyList<string>>
{
    public override async Task<IReadOnlyList<string>> Run(OrchestrationContext context, Nothing input)
    {
        var sent = Values.Sample;
        var differences = new List<string>();
        void Compare(string where, Values? got) => differences.AddRange(got is null ? [where] : sent.Differences(got).Select(d => $"{where}.{d}"));
        Compare("activity", await EchoValues.Call(context, sent));
        Compare("child", await EchoValuesChild.Call(context, sent));
        var entity = context.Entity<KeptValues>(context.InstanceId);
        Compare("entity", (await entity.Call(e => e.Keep(sent))).Last);
        Compare("state", (await entity.Read()).Last);
        if (await EchoShape.Call(context, new Square(3)) is not Square { Side: 3 })
            differences.Add("a shape through an activity");
        if (await EchoShapeChild.Call(context, new Circle(1.5)) is not Circle { Radius: 1.5 })
            differences.Add("a shape through a child");
        return differences;
    }
}
