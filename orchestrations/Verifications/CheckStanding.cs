using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>Where an orchestration stands that checks one published table after the other, a verification or a rehearsal: its custom status.</summary>
/// <param name="Differing">Tables that do not hold, or did not come back, as they were published.</param>
/// <param name="Rows">Rows read.</param>
public sealed record CheckStanding(int Tables, int Done, int Differing, long Rows)
{
    /// <summary>Of a turn, after which the orchestration continues as new.</summary>
    private const int TablesPerTurn = 100;

    /// <summary>Tables at a time.</summary>
    public const int Width = 2;

    /// <summary>Checks the tables that have their turn, and tells where it stands after each.</summary>
    /// <param name="check">Of the table of that number.</param>
    /// <returns>Where it stands then, and the results of the tables that were checked, in their order.</returns>
    internal async Task<(CheckStanding Standing, IReadOnlyList<string> Results)> Turn(OrchestrationContext context, Func<int, Task<CheckedTable>> check)
    {
        CheckStanding standing = this;
        context.SetStatus(standing);
        TurnBudget budget = new(context, Width);
        IReadOnlyList<string?> results = await context.Window(
            [.. Enumerable.Range(Done, Math.Min(TablesPerTurn, Tables - Done))],
            Width,
            async table =>
            {
                if (budget.IsSpent)
                {
                    return null;
                }

                CheckedTable result = await check(table);
                standing = standing with { Done = standing.Done + 1, Differing = standing.Differing + (result.Holds ? 0 : 1), Rows = standing.Rows + result.Rows };
                context.SetStatus(standing);
                return result.Location;
            });

        // What was left for another turn is at the end: tables are begun in their order.
        return (standing, [.. results.OfType<string>()]);
    }
}

/// <param name="Location">Where the table's result lies.</param>
internal readonly record struct CheckedTable(string Location, long Rows, bool Holds);
