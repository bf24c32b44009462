namespace Mammoth.Cli.Errors;

/// <summary>How the process ends.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Verification or drift found differences.</summary>
    public const int Differences = 1;

    public const int Failed = 2;

    /// <summary>The command line or the configuration asks for what can't be (<c>EX_USAGE</c> of sysexits.h).</summary>
    public const int Usage = 64;
}
