using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>One operation on an entity, for every host: from a state to the next, without side effects.</summary>
public static class EntityTransition
{
    /// <summary>Bytes of JSON; a table of Azure Storage holds no more in one property.</summary>
    public const int StateLimit = 64 * 1024;

    /// <summary>The next state (null: none any more) and the result of an operation.</summary>
    /// <param name="type">The entity's type.</param>
    /// <param name="state">Its state; null where it has none yet.</param>
    /// <exception cref="FailureException">There is no such operation, or the state would be too large.</exception>
    /// <remarks>What the operation itself throws is thrown as it is.</remarks>
    public static (JsonElement? State, JsonElement Result) Apply(Type type, JsonElement? state, string operation, JsonElement args)
    {
        if (string.Equals(operation, EntityOperation.Delete, StringComparison.OrdinalIgnoreCase))
            return (null, Payload.Null);
        object entity = (state is { } known ? Payload.To(known, type) : null) ?? Activator.CreateInstance(type)!;
        if (operation == EntityOperation.Read)
            return (state, Payload.Of(entity, type));

        var method = Operations(type).FirstOrDefault(m => string.Equals(m.Name, operation, StringComparison.OrdinalIgnoreCase))
            ?? throw new FailureException(new("UnknownOperation", $"The entity {type.Name} has no operation '{operation}'."));
        object? returned = Invoke(method, entity, args);
        if (method.ReturnType == type)
            return (Fit(type, Payload.Of(returned, type)), Payload.Of(returned, type));
        if (returned is ITuple { Length: 2 } pair && method.ReturnType.GetGenericArguments() is [var first, var second] && first == type)
            return (Fit(type, Payload.Of(pair[0], type)), Payload.Of(pair[1], second));
        return (state, Payload.Of(returned, method.ReturnType));
    }

    /// <summary>The public methods a type declares itself; a record's own members are left out.</summary>
    internal static IEnumerable<MethodInfo> Operations(Type type) => type
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => !m.IsSpecialName && !m.IsDefined(typeof(CompilerGeneratedAttribute)) && m.GetBaseDefinition().DeclaringType == type);

    private static object? Invoke(MethodInfo method, object entity, JsonElement args)
    {
        var parameters = method.GetParameters();
        object?[] values = [.. parameters.Select((p, i) => i < args.GetArrayLength() ? Payload.To(args[i], p.ParameterType) : Type.Missing)];
        try
        {
            return method.Invoke(entity, values);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } thrown)
        {
            ExceptionDispatchInfo.Throw(thrown);
            throw;
        }
    }

    private static JsonElement Fit(Type type, JsonElement state)
    {
        int bytes = Encoding.UTF8.GetByteCount(state.GetRawText());
        return bytes <= StateLimit
            ? state
            : throw new FailureException(new("StateTooLarge", $"The state of the entity {type.Name} would take {bytes:N0} bytes; {StateLimit:N0} is the limit. Keep large things on storage and their paths here."));
    }
}
