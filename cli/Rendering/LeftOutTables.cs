using Mammoth.Migration.Plans;

namespace Mammoth.Cli.Rendering;

/// <summary>What is not copied, for people: who chose one table of a thousand does not want to read the names of all the others.</summary>
internal static class LeftOutTables
{
    /// <summary>So many that were not chosen are still named.</summary>
    private const int Named = 3;

    /// <returns>Those to name, and how many more were not chosen.</returns>
    public static (IReadOnlyList<T> Shown, int More) Of<T>(IReadOnlyList<T> leftOut, Func<T, string> reason)
    {
        int unchosen = leftOut.Count(l => reason(l) == Planner.NotChosen);
        return unchosen <= Named ? (leftOut, 0) : ([.. leftOut.Where(l => reason(l) != Planner.NotChosen)], unchosen);
    }

    public static string Count(int unchosen) => $"{Amount.Of(unchosen, "table")} not chosen";
}
