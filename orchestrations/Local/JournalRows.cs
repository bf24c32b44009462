using Mammoth.Orchestrations.Runtime;
using Microsoft.Data.Sqlite;

namespace Mammoth.Orchestrations.Local;

/// <summary>The journal's rows.</summary>
internal static class JournalRows
{
    private const string InstanceColumns =
        "id, name, state, turn, start, parent, parent_execution, parent_call, cursor, custom, output, failure, created, updated";

    internal static void Save(this Journal journal, InstanceRow row) => journal.Run(
        $"INSERT OR REPLACE INTO instances({InstanceColumns}) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)",
        row.Id, row.Name, (int)row.State, row.Turn, row.Start, row.Parent?.Id, row.Parent?.Execution, row.Parent?.Number, row.Cursor,
        row.Custom, row.Output, row.Failure, row.Created.UtcTicks, row.Updated.UtcTicks);

    internal static void Save(this Journal journal, InstanceRow owner, Delivery delivery) => journal.Run(
        "INSERT INTO deliveries VALUES($1,$2,$3,$4,$5,$6,$7,$8)",
        owner.Id, owner.Turn, delivery.Sequence, (int)delivery.Kind, delivery.Call, delivery.Name, delivery.Payload, delivery.At.UtcTicks);

    internal static void Save(this Journal journal, InstanceRow owner, long step, Call call) => journal.Run(
        "INSERT INTO calls VALUES($1,$2,$3,$4,$5,$6,$7,$8)",
        owner.Id, owner.Turn, call.Number, step, (int)call.Kind, call.Name, call.Target, call.Payload);

    internal static InstanceRow? Find(this Journal journal, string id) =>
        journal.Query($"SELECT {InstanceColumns} FROM instances WHERE id = $1", Instance, id).SingleOrDefault();

    /// <summary>In order of creation.</summary>
    internal static IEnumerable<InstanceRow> List(this Journal journal, string prefix) => journal.Query(
        $"SELECT {InstanceColumns} FROM instances WHERE substr(id, 1, length($1)) = $1 ORDER BY created, id", Instance, prefix);

    /// <summary>The next so many in order of creation, behind the instance created then with that id.</summary>
    internal static IReadOnlyList<InstanceRow> Page(this Journal journal, string prefix, long created, string id, int size) => [.. journal.Query(
        $"SELECT {InstanceColumns} FROM instances WHERE substr(id, 1, length($1)) = $1 AND (created, id) > ($2, $3) ORDER BY created, id LIMIT $4", Instance, prefix, created, id, size)];

    /// <summary>What the instance's turn was started with.</summary>
    internal static string? Input(this Journal journal, InstanceRow row) => journal.Query(
        "SELECT payload FROM deliveries WHERE id = $1 AND turn = $2 AND kind = $3 ORDER BY sequence LIMIT 1",
        r => r.GetString(0), row.Id, row.Turn, (int)DeliveryKind.Start).SingleOrDefault();

    internal static IEnumerable<InstanceRow> Unfinished(this Journal journal) => journal.Query(
        $"SELECT {InstanceColumns} FROM instances WHERE state < $1 ORDER BY created, id", Instance, (int)InstanceState.Completed);

    internal static IEnumerable<Delivery> Deliveries(this Journal journal, InstanceRow owner) => journal.Query(
        "SELECT sequence, kind, call, name, payload, at FROM deliveries WHERE id = $1 AND turn = $2 ORDER BY sequence",
        r => new Delivery(r.GetInt64(0), (DeliveryKind)r.GetInt32(1), r.GetInt32(2), r.GetString(3), r.GetString(4), Time(r.GetInt64(5))),
        owner.Id,
        owner.Turn);

    /// <summary>The calls of a turn by the delivery that led to them.</summary>
    internal static ILookup<long, Call> Calls(this Journal journal, InstanceRow owner) => journal.Query(
        "SELECT number, kind, name, target, payload, step FROM calls WHERE id = $1 AND turn = $2 ORDER BY number",
        r => (Step: r.GetInt64(5), Call: new Call(r.GetInt32(0), (CallKind)r.GetInt32(1), r.GetString(2), r.GetString(3), r.GetString(4))),
        owner.Id,
        owner.Turn).ToLookup(r => r.Step, r => r.Call);

    internal static void DeleteHistory(this Journal journal, string id)
    {
        journal.Run("DELETE FROM deliveries WHERE id = $1", id);
        journal.Run("DELETE FROM calls WHERE id = $1", id);
    }

    internal static void Delete(this Journal journal, string id)
    {
        journal.DeleteHistory(id);
        journal.Run("DELETE FROM instances WHERE id = $1", id);
    }

    internal static string? EntityState(this Journal journal, string name, string key) =>
        journal.Query("SELECT state FROM entities WHERE name = $1 AND key = $2", r => r.GetString(0), name, key).SingleOrDefault();

    internal static void SaveEntity(this Journal journal, string name, string key, string? state)
    {
        if (state is null)
            journal.Run("DELETE FROM entities WHERE name = $1 AND key = $2", name, key);
        else
            journal.Run("INSERT OR REPLACE INTO entities VALUES($1,$2,$3)", name, key, state);
    }

    private static InstanceRow Instance(SqliteDataReader r) => new()
    {
        Id = r.GetString(0),
        Name = r.GetString(1),
        State = (InstanceState)r.GetInt32(2),
        Turn = r.GetInt32(3),
        Start = r.GetString(4),
        Parent = r.IsDBNull(5) ? null : new(r.GetString(5), r.GetString(6), r.GetInt32(7)),
        Cursor = r.GetInt64(8),
        Custom = Text(r, 9),
        Output = Text(r, 10),
        Failure = Text(r, 11),
        Created = Time(r.GetInt64(12)),
        Updated = Time(r.GetInt64(13)),
    };

    private static string? Text(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
