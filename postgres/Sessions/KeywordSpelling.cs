namespace Mammoth.Postgres.Sessions;

/// <summary>
/// Which keyword was meant by one that is not known. Its own name is said, never what was written: that may be the rest of a password with a semicolon in it.
/// </summary>
internal static class KeywordSpelling
{
    /// <summary>The nearest of the known keywords; null where none is near enough for a slip of the fingers.</summary>
    public static string? Nearest(string written, IEnumerable<string> known) => known
        .Select(keyword => (Keyword: keyword, Distance: Distance(Letters(written), Letters(keyword))))
        .Where(k => k.Distance <= (k.Keyword.Length < 6 ? 1 : 2))
        .OrderBy(k => k.Distance)
        .Select(k => k.Keyword)
        .FirstOrDefault();

    private static string Letters(string keyword) => new([.. keyword.Where(char.IsLetter).Select(char.ToLowerInvariant)]);

    /// <summary>Letters to change, add or leave out to make one word of the other (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
