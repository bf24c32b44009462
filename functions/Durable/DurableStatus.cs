using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Microsoft.DurableTask.Client;

namespace Mammoth.Functions.Durable;

/// <summary>An instance's status out of what Durable Functions knows of it.</summary>
internal static class DurableStatus
{
    /// <param name="of">Fetched with its input and output.</param>
    internal static InstanceStatus Of(OrchestrationMetadata of, Registry registry)
    {
        var state = StateOf(of.RuntimeStatus);
        return new(
            of.InstanceId,
            of.Name,
            state,
            Turn: 0,
            of.CreatedAt,
            of.LastUpdatedAt,
            Parsed(of.SerializedCustomStatus),
            state == InstanceState.Completed ? Parsed(of.SerializedOutput) : null,
            state is InstanceState.Failed or InstanceState.Terminated ? FailureOf(of, state, registry) : null)
        {
            Input = Parsed(of.SerializedInput),
        };
    }

    private static InstanceState StateOf(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Completed => InstanceState.Completed,
        OrchestrationRuntimeStatus.Failed => InstanceState.Failed,
        OrchestrationRuntimeStatus.Terminated => InstanceState.Terminated,
        OrchestrationRuntimeStatus.Suspended => InstanceState.Suspended,
        _ => InstanceState.Running,
    };

    /// <summary>On Azure Storage the details can be missing; the text is in the output then.</summary>
    private static Failure FailureOf(OrchestrationMetadata of, InstanceState state, Registry registry)
    {
        string? text = of.FailureDetails?.ErrorMessage ?? Text(of.SerializedOutput);
        if ((of.FailureDetails is { } details ? DurableFailure.TryOf(details) : Failure.TryDecode(text)) is { } failure)
            return failure;
        if (state == InstanceState.Terminated)
            return new Failure("Terminated", text is { Length: > 0 } ? text : "Terminated without a reason.");
        return registry.Orchestrations.Contains(of.Name, StringComparer.OrdinalIgnoreCase) ? Failure.Decode(text) : Registry.Unknown("orchestration", of.Name);
    }

    private static JsonElement? Parsed(string? json)
    {
        if (json is null)
            return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Null ? null : document.RootElement.Clone();
    }

    /// <summary>A failed instance's output is a text, as JSON or plain.</summary>
    private static string? Text(string? output)
    {
        try
        {
            return output is null ? null : JsonSerializer.Deserialize<string>(output);
        }
        catch (JsonException)
        {
            return output;
        }
    }
}
