using Mammoth.Iceberg.Metadata;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>
/// What a commit changes of one table, in Iceberg's own form. A table that does not exist yet is made by requiring <see cref="AssertCreate"/> and the
/// updates of <see cref="MetadataChanges.CreateTable"/>.
/// </summary>
public sealed record TableCommit(TableIdentifier Identifier, IReadOnlyList<Requirement> Requirements, IReadOnlyList<Update> Updates);
