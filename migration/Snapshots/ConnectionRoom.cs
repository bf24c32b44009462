using Mammoth.Migration.Errors;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Snapshots;

/// <summary>Whether the role may have as many connections as a run needs.</summary>
internal static class ConnectionRoom
{
    /// <summary>A limit that can't be kept is told at once: waiting for connections to become free would not help.</summary>
    /// <exception cref="SourceRefusedException">The role's limit, or the database's, is too low.</exception>
    public static async Task Check(SnapshotHolder holder, int slots, CancellationToken cancellation)
    {
        int needed = slots + (holder.IsLocking ? 2 : 1);
        if (await holder.ConnectionLimit(cancellation) is { } limit && limit < needed)
        {
            throw new SourceRefusedException(
                $"This role may have {limit} connections to this database at a time (CONNECTION LIMIT), and this run needs {needed}: {slots} to copy, and {needed - slots} to hold the snapshot{(holder.IsLocking ? " and the locks" : "")}.",
                $"Use fewer at a time (--slots), or raise the CONNECTION LIMIT of the role and the database to {needed} or more; pg_dump, for the schema, takes one beside them.");
        }
    }
}
