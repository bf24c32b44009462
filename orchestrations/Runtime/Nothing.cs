namespace Mammoth.Orchestrations.Runtime;

/// <summary>The input or result of what takes or returns nothing.</summary>
public readonly record struct Nothing;
