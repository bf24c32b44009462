using System.Collections.Concurrent;

namespace Mammoth.Migration.Snapshots;

/// <summary>
/// By which token each snapshot was taken up last, in this process: once its first holder was relieved, whoever reads would else ask for that one's first, and
/// connect in vain.
/// </summary>
internal sealed class LiveTokens
{
    /// <summary>A process has one or two snapshots at a time, but may live for years.</summary>
    private const int Most = 64;

    private readonly ConcurrentDictionary<string, string> _live = new(StringComparer.Ordinal);

    /// <param name="token">That of the snapshot's first holder.</param>
    public string Of(string token) => _live.GetValueOrDefault(token, token);

    /// <param name="live">The token that worked.</param>
    public void Remember(string token, string live)
    {
        if (_live.Count >= Most)
        {
            _live.Clear();
        }

        _live[token] = live;
    }
}
