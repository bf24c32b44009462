using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Postgres.Copy;

/// <summary>One column of a COPY stream.</summary>
/// <param name="Name">The column's name, which the Arrow field takes.</param>
/// <param name="Type">Its wire form.</param>
/// <param name="Large">That its large values are objects of their own; null: they are not. Only for text, <c>jsonb</c> and <c>bytea</c>.</param>
public sealed record CopyColumn(string Name, CopyType Type, LargeColumn? Large = null)
{
    /// <summary>The form in whose bytes its values are hashed, where that has the oids of another database (<see cref="TypeOids"/>); null: as they arrive.</summary>
    public CopyType? HashedAs { get; init; }

    /// <summary>Whether values of this form can be objects of their own.</summary>
    public static bool CanBeLarge(CopyType type) => type is CopyType.Text or CopyType.VersionedText or CopyType.Bytea;
}
