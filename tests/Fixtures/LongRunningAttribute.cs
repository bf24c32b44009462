namespace Mammoth.Tests.Fixtures;

/// <summary>Marks a class whose tests take minutes, one after the other: begun last, it would run alone at the end.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LongRunningAttribute : Attribute;
