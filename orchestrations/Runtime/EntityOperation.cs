using System.Linq.Expressions;
using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>An operation on an entity as it travels: the method's name and its arguments as a JSON array.</summary>
internal static class EntityOperation
{
    internal const string Read = "$read";

    /// <summary>The name under which Durable Functions itself deletes an entity.</summary>
    internal const string Delete = "delete";

    internal static JsonElement NoArguments { get; } = Payload.Of(Array.Empty<JsonElement>());

    internal static (string Name, JsonElement Args) Of(LambdaExpression operation)
    {
        if (operation.Body is not MethodCallExpression { Object: ParameterExpression } call)
            throw new ArgumentException($"'{operation}' is no call of one of the entity's methods, such as c => c.Advance(to, rows).", nameof(operation));
        var parameters = call.Method.GetParameters();
        var args = new JsonElement[parameters.Length];
        for (int i = 0; i < args.Length; i++)
            args[i] = Payload.Of(Value(call.Arguments[i]), parameters[i].ParameterType);
        return (call.Method.Name, Payload.Of(args));
    }

    private static object? Value(Expression argument) => argument is ConstantExpression constant
        ? constant.Value
        : Expression.Lambda<Func<object?>>(Expression.Convert(argument, typeof(object))).Compile(preferInterpretation: true)();
}
