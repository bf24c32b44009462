namespace Mammoth.Migration.Plans;

/// <summary>Tables and the foreign keys between them, by number; an edge goes from the referencing table to the referenced.</summary>
public sealed class ForeignKeyGraph
{
    private readonly List<int>[] _references;

    /// <param name="tables">How many tables there are.</param>
    /// <param name="edges">Pairs (referencing, referenced).</param>
    public ForeignKeyGraph(int tables, IEnumerable<(int From, int To)> edges)
    {
        _references = new List<int>[tables];
        for (int i = 0; i < tables; i++)
        {
            _references[i] = [];
        }

        foreach ((int from, int to) in edges.Distinct())
        {
            _references[from].Add(to);
        }
    }

    /// <summary>
    /// The strongly connected components, each after all it references (Tarjan 1972, with a stack of its own: a chain of
    /// 10,000 tables must not overflow the thread's).
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Components()
    {
        int n = _references.Length;
        int[] order = new int[n];
        int[] low = new int[n];
        bool[] open = new bool[n];
        var stack = new Stack<int>();
        var components = new List<IReadOnlyList<int>>();
        int visited = 0;
        var path = new Stack<(int Table, int Next)>();
        for (int root = 0; root < n; root++)
        {
            if (order[root] != 0)
            {
                continue;
            }

            path.Push((root, 0));
            while (path.TryPop(out (int Table, int Next) at))
            {
                int v = at.Table;
                if (at.Next == 0)
                {
                    order[v] = low[v] = ++visited;
                    stack.Push(v);
                    open[v] = true;
                }
                else
                {
                    low[v] = Math.Min(low[v], low[_references[v][at.Next - 1]]);
                }

                int next = at.Next;
                while (next < _references[v].Count && order[_references[v][next]] != 0)
                {
                    int seen = _references[v][next++];
                    if (open[seen])
                    {
                        low[v] = Math.Min(low[v], order[seen]);
                    }
                }

                if (next < _references[v].Count)
                {
                    path.Push((v, next + 1));
                    path.Push((_references[v][next], 0));
                }
                else if (low[v] == order[v])
                {
                    components.Add(Close(stack, open, v));
                }
            }
        }

        return components;
    }

    /// <summary>The batch of each table: 0 where it references nothing outside its component, else one more than the highest it references.</summary>
    public int[] Batches()
    {
        int[] batch = new int[_references.Length];
        int[] component = new int[_references.Length];
        IReadOnlyList<IReadOnlyList<int>> components = Components();
        for (int c = 0; c < components.Count; c++)
        {
            foreach (int table in components[c])
            {
                component[table] = c;
            }
        }

        foreach (IReadOnlyList<int> members in components)
        {
            int level = 0;
            foreach (int table in members)
            {
                foreach (int referenced in _references[table])
                {
                    level = component[referenced] == component[table] ? level : Math.Max(level, batch[referenced] + 1);
                }
            }

            foreach (int table in members)
            {
                batch[table] = level;
            }
        }

        return batch;
    }

    private static List<int> Close(Stack<int> stack, bool[] open, int root)
    {
        var members = new List<int>();
        int table;
        do
        {
            table = stack.Pop();
            open[table] = false;
            members.Add(table);
        }
        while (table != root);

        members.Sort();
        return members;
    }
}
