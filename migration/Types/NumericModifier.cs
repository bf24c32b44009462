namespace Mammoth.Migration.Types;

/// <summary>The modifier of <c>numeric(precision, scale)</c> (PostgreSQL <c>numeric.c</c>, <c>make_numeric_typmod</c>).</summary>
internal static class NumericModifier
{
    private const int HeaderSize = 4;

    /// <summary>
    /// The decimal that holds every finite value of a constrained numeric, or null where 38 digits are too few or there is no constraint.
    /// A negative scale needs that many more digits; a scale above the precision needs that many.
    /// </summary>
    public static (int Precision, int Scale)? Decimal(int modifier)
    {
        if (modifier < HeaderSize)
        {
            return null;
        }

        int precision = ((modifier - HeaderSize) >> 16) & 0xffff;
        int scale = (((modifier - HeaderSize) & 0x7ff) ^ 1024) - 1024;
        (int p, int s) = scale < 0 ? (precision - scale, 0) : (Math.Max(precision, scale), scale);
        return p <= 38 ? (p, s) : null;
    }
}
