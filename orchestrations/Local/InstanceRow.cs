using System.Globalization;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Local;

/// <summary>An instance as the journal keeps it.</summary>
internal sealed record InstanceRow
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required InstanceState State { get; init; }

    public required int Turn { get; init; }

    /// <summary>Tells this instance from an earlier one with the same id.</summary>
    public required string Start { get; init; }

    /// <summary>Tells this turn from all others.</summary>
    public string Execution => string.Create(CultureInfo.InvariantCulture, $"{Start}/{Turn}");

    public ParentCall? Parent { get; init; }

    /// <summary>The last delivery that was handed over.</summary>
    public long Cursor { get; init; }

    public string? Custom { get; init; }

    public string? Output { get; init; }

    public string? Failure { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Updated { get; init; }
}

/// <summary>The call that an instance answers.</summary>
internal sealed record ParentCall(string Id, string Execution, int Number);
