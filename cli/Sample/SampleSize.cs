namespace Mammoth.Cli.Sample;

/// <summary>How much data the sample holds: about 50,000 rows, 1 GB, 10 GB.</summary>
public enum SampleSize
{
    Small,
    Medium,
    Large,
}
