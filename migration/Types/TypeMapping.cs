using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Types;

/// <summary>How one PostgreSQL type is carried.</summary>
/// <param name="Wire">Its form in binary COPY, from which the Arrow and the Iceberg type follow.</param>
/// <param name="Cast">An SQL expression with <c>{0}</c> for the column; null: the column as it is.</param>
/// <param name="Note">Why the column is not carried in its own type, for the plan; null where it is exact.</param>
/// <param name="MayNotFit">Which of the type's values have no exact form here, for the plan; null: all fit.</param>
public sealed record TypeMapping(CopyType Wire, string? Cast = null, string? Note = null, string? MayNotFit = null);
