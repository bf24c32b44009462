using System.Text;
using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// What went wrong, as it passes between activities, entities and orchestrations: exceptions themselves never cross.
/// </summary>
/// <param name="Type">What kind of failure it is, for code that reacts to it; an exception's type name where nobody said otherwise.</param>
/// <param name="Message">A sentence for the user.</param>
/// <param name="Code">A finer code, such as a SQLSTATE.</param>
/// <param name="Transient">Whether the same call may succeed when tried again.</param>
/// <param name="Data">What else is worth knowing, by name.</param>
/// <param name="Cause">The failure that led to this one.</param>
public sealed record Failure(
    string Type,
    string Message,
    string? Code = null,
    bool Transient = false,
    IReadOnlyDictionary<string, string>? Data = null,
    Failure? Cause = null)
{
    /// <summary>The <see cref="Type"/> of an orchestration or activity that ended because it was asked to.</summary>
    public const string CancelledType = "Cancelled";

    private const char Open = '⟦';
    private const char Close = '⟧';

    /// <summary>A transient failure that does not pass by itself: somebody must do something first, and until then trying again is of no use.</summary>
    public bool NeedsSomebody { get; init; }

    /// <summary>Whether it ended because it was asked to.</summary>
    public bool IsCancelled => Type == CancelledType;

    /// <summary>
    /// One line that survives as an exception's message on every host: <c>text ⟦json⟧</c>. Of an activity's message, Durable Functions hands on
    /// the first line only.
    /// </summary>
    public string Encode() => $"{Message.ReplaceLineEndings(" ")} {Open}{JsonSerializer.Serialize(this, Payload.Options)}{Close}";

    /// <summary>
    /// The inverse of <see cref="Encode"/>. What can't be decoded is a transient failure of the host (a killed worker arrives like this).
    /// </summary>
    public static Failure Decode(string? text) => TryDecode(text)
        ?? new("Host", text is { Length: > 0 } ? text : "The host reported a failure without a word.", Transient: true);

    /// <summary>The failure that a text carries, the first where a host has put several together (those of its causes); null where there is none.</summary>
    public static Failure? TryDecode(string? text)
    {
        text ??= "";
        for (int start = text.IndexOf(Open, StringComparison.Ordinal); start >= 0; start = text.IndexOf(Open, start + 1))
        {
            try
            {
                var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text[(start + 1)..]));
                if (JsonSerializer.Deserialize<Failure>(ref reader, Payload.Options) is { Type: not null, Message: not null } failure)
                    return failure;
            }
            catch (JsonException)
            {
                // The message itself had a bracket in it: the next one may open the failure.
            }
        }

        return null;
    }
}
