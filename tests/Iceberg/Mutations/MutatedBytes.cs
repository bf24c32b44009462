namespace Mammoth.Tests.Iceberg.Mutations;

/// <summary>Damage as disks, networks and hasty writers do it: cut, flipped, lost, doubled and foreign bytes; the same for a seed.</summary>
internal static class MutatedBytes
{
    public static byte[] Of(ReadOnlySpan<byte> whole, Random random)
    {
        var bytes = whole.ToArray();
        for (var times = random.Next(1, 4); times > 0 && bytes.Length > 0; times--)
            bytes = Once(bytes, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        var length = Math.Min(random.Next(1, 9), bytes.Length - at);
        switch (random.Next(7))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2:
                var foreign = new byte[length];
                random.NextBytes(foreign);
                return [.. bytes[..at], .. foreign, .. bytes[at..]];
            case 3:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 4:
                bytes.AsSpan(at, length).Fill((byte)(random.Next(2) * 0xFF));
                return bytes;
            case 5:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            default:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }
}
