using Mammoth.Benchmarks.Measuring;

/// <summary>
/// What the runtime calls in a program that is started with <c>DOTNET_STARTUP_HOOKS</c>: it samples the program from inside, which needs no word of the program.
/// The runtime prescribes its name, and that it is in no namespace.
/// </summary>
#pragma warning disable CA1050 // The runtime looks for it outside of all namespaces.
internal sealed class StartupHook
#pragma warning restore CA1050
{
    public static void Initialize() => InnerSamples.Begin();
}
