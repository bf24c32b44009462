using Mammoth.Iceberg.Metadata;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>A scratch database that has the types which the tables' columns need.</summary>
/// <param name="HasTables">It has tables of the dump, too, whose rows are types of columns: recovered tables go into a schema of their own.</param>
public sealed record PreparedDatabase(string Name, bool HasTables)
{
    /// <summary>Databases of earlier rehearsals that should be gone, and could not be dropped.</summary>
    public IReadOnlyList<LeftDatabase> Left { get; init; } = [];

    /// <summary>The table's name here.</summary>
    internal QualifiedName NameOf(RecoveryTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return HasTables ? table.Names.Beside : table.Names.Own;
    }

    /// <summary>Drops what earlier rehearsals left, and makes a database. Each call makes another.</summary>
    /// <param name="run">The run that drops it.</param>
    /// <param name="keep">It is never dropped.</param>
    /// <exception cref="RehearsalServerException">The server can't be used.</exception>
    public static async Task<PreparedDatabase> Make(RecoverySite site, string run, RecoveryPlan plan, bool keep, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        DroppedDatabases earlier = await ScratchDatabase.DropLeftOver(site.Server, cancellation);
        string name = await ScratchDatabase.Create(site.Server, run, keep, cancellation);
        try
        {
            var tables = new List<TableMetadata>();
            foreach (RecoveryTable table in plan.Tables)
            {
                try
                {
                    tables.Add(await site.Metadata(table.Metadata, cancellation));
                }
                catch (Exception e) when (Verification.PublishedProof.IsDamage(e))
                {
                    // It is told of the table itself.
                }
            }

            await using SourceSession session = await site.Server.Open(name, cancellation);
            PreparedDatabase made = new(name, await RecoveryTypes.Create(site, session, tables, cancellation)) { Left = earlier.Left };

            // Here, since two tables at a time would make the same.
            foreach (string schema in plan.Tables.Select(t => made.NameOf(t).Schema).Distinct())
            {
                await session.Execute($"CREATE SCHEMA IF NOT EXISTS {Identifier.Quote(schema)}", cancellation);
            }

            return made;
        }
        catch (Exception e)
        {
            // One to be kept is kept for its tables, and there are none.
            await ScratchDatabase.Drop(site.Server, name);
            if (e is NpgsqlException failed)
            {
                throw RehearsalServer.Failed(failed);
            }

            throw;
        }
    }
}
