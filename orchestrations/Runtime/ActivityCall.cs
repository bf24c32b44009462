using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>What travels to an activity: the input, and which try it is, which no host tells otherwise.</summary>
internal sealed record ActivityCall(int Attempt, JsonElement Input);
