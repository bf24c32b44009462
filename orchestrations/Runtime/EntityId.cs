namespace Mammoth.Orchestrations.Runtime;

/// <summary>An entity's address: the name of its type and a key. Durable Functions lower-cases the name, so names ignore case.</summary>
public readonly record struct EntityId(string Name, string Key)
{
    /// <summary><c>@name@key</c>, as Durable Functions writes it.</summary>
    public override string ToString() => $"@{Name}@{Key}";
}
