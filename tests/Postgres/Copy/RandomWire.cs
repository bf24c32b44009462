using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>
/// Random wire forms, and random values of them as the server would send them, written from the documentation of the formats alone. Each value is written twice: as sent,
/// with array flags as they may be, and in canonical form.
/// </summary>
internal sealed class RandomWire(Random random)
{
    public CopyColumn[] Columns(int most) => [.. Enumerable.Range(0, random.Next(1, most + 1)).Select(i => new CopyColumn($"c{i}", Form(2)))];

    public CopyType Form(int depth) => random.Next(depth > 0 ? 22 : 18) switch
    {
        0 => new CopyType.Bool(),
        1 => new CopyType.Int2(),
        2 => new CopyType.Int4(),
        3 => new CopyType.Int8(),
        4 => new CopyType.Oid(),
        5 => new CopyType.Float4(),
        6 => new CopyType.Float8(),
        7 => new CopyType.Money(random.Next(4)),
        8 => new CopyType.Text(),
        9 => new CopyType.VersionedText(),
        10 => new CopyType.Bytea(),
        11 => new CopyType.Uuid(),
        12 => new CopyType.Date(),
        13 => new CopyType.Time(),
        14 => new CopyType.Timestamp(),
        15 => new CopyType.TimestampTz(),
        16 => new CopyType.Hstore(),
        17 => Numeric(),
        18 or 19 => new CopyType.Array((uint)random.Next(1, 90_000), Form(depth - 1)),
        _ => new CopyType.Composite([.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new CopyType.CompositeField($"f{i}", (uint)random.Next(1, 90_000), Form(depth - 1)))]),
    };

    public CopyType.Numeric Numeric()
    {
        int precision = random.Next(1, 39);
        return new(precision, random.Next(precision + 1));
    }

    /// <summary>A row's tuple, as sent and in canonical form.</summary>
    public (byte[] Sent, byte[] Canonical) Tuple(IReadOnlyList<CopyColumn> columns)
    {
        var sent = new Output();
        sent.Int16((short)columns.Count);
        foreach (CopyColumn column in columns)
            Nullable(column.Type, sent);
        return (sent.Sent, sent.Canonical);
    }

    /// <summary>One value without its length, in canonical form.</summary>
    public byte[] Value(CopyType form)
    {
        var output = new Output();
        Write(form, output);
        return output.Canonical;
    }

    /// <summary>A whole stream of so many rows.</summary>
    public (byte[] Sent, byte[] Canonical) Stream(IReadOnlyList<CopyColumn> columns, int rows)
    {
        (byte[] Sent, byte[] Canonical)[] tuples = [.. Enumerable.Range(0, rows).Select(_ => Tuple(columns))];
        return (
            [.. UnfitRowsTests.Header, .. tuples.SelectMany(t => t.Sent), 0xFF, 0xFF],
            [.. UnfitRowsTests.Header, .. tuples.SelectMany(t => t.Canonical), 0xFF, 0xFF]);
    }

    public string Text()
    {
        string[] parts = ["", "a", "Ω", "é", "\"", "'", "\\", ",", " ", "\n", "日本", "🐘", "\u0001", "\u0000", "\uFFFF", new string('z', 70)];
        return string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => parts[random.Next(parts.Length)]));
    }

    /// <summary>An integer of up to so many decimal digits, small ones, round ones and the largest as often as any.</summary>
    public BigInteger Integer(int digits)
    {
        BigInteger limit = BigInteger.Pow(10, digits);
        BigInteger value = random.Next(6) switch
        {
            0 => 0,
            1 => limit - 1,
            2 => BigInteger.Pow(10, random.Next(digits)),
            3 => random.Next(10_000) % limit,
            _ => new BigInteger(RandomBytes(17), isUnsigned: true) % BigInteger.Pow(10, random.Next(1, digits + 1)),
        };
        return random.Next(2) == 0 ? value : -value;
    }

    /// <summary>How PostgreSQL sends <paramref name="unscaled"/> / 10^<paramref name="scale"/>: groups of four digits on either side of the point, without zero groups at either end.</summary>
    public static byte[] NumericWire(BigInteger unscaled, int scale)
    {
        string digits = BigInteger.Abs(unscaled).ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string whole = digits[..^scale];
        string fraction = digits[^scale..];
        whole = whole.PadLeft((whole.Length + 3) / 4 * 4, '0');
        fraction = fraction.PadRight((fraction.Length + 3) / 4 * 4, '0');
        List<short> groups = [.. (whole + fraction).Chunk(4).Select(g => short.Parse(g, System.Globalization.CultureInfo.InvariantCulture))];
        int weight = (whole.Length / 4) - 1;
        while (groups.Count > 0 && groups[0] == 0)
        {
            groups.RemoveAt(0);
            weight--;
        }

        while (groups.Count > 0 && groups[^1] == 0)
            groups.RemoveAt(groups.Count - 1);
        var output = new Output();
        output.Int16((short)groups.Count);
        output.Int16((short)(groups.Count == 0 ? 0 : weight));
        output.Int16((short)(unscaled.Sign < 0 ? 0x4000 : 0));
        output.Int16((short)scale);
        groups.ForEach(output.Int16);
        return output.Sent;
    }

    private void Nullable(CopyType form, Output output)
    {
        if (random.Next(6) == 0)
        {
            output.Int32(-1);
            return;
        }

        var value = new Output();
        Write(form, value);
        output.Int32(value.Sent.Length);
        output.Append(value);
    }

    private void Write(CopyType form, Output output)
    {
        switch (form)
        {
            case CopyType.Bool:
                output.Bytes([(byte)random.Next(2)]);
                break;
            case CopyType.Int2:
                output.Bytes(RandomBytes(2));
                break;
            case CopyType.Int4 or CopyType.Float4 or CopyType.Oid:
                output.Bytes(RandomBytes(4));
                break;
            case CopyType.Int8 or CopyType.Float8 or CopyType.Money:
                output.Bytes(RandomBytes(8));
                break;
            case CopyType.Uuid:
                output.Bytes(RandomBytes(16));
                break;
            case CopyType.Numeric numeric:
                output.Bytes(NumericWire(Integer(numeric.Precision), numeric.Scale));
                break;
            case CopyType.Text:
                output.Bytes(Encoding.UTF8.GetBytes(Text()));
                break;
            case CopyType.VersionedText:
                output.Bytes([1, .. Encoding.UTF8.GetBytes(Text())]);
                break;
            case CopyType.Bytea:
                output.Bytes(RandomBytes(random.Next(30)));
                break;
            case CopyType.Date:
                output.Int32(random.Next(new DateOnly(1, 1, 1).DayNumber, new DateOnly(9999, 12, 31).DayNumber + 1) - new DateOnly(2000, 1, 1).DayNumber);
                break;
            case CopyType.Time:
                output.Int64(random.NextInt64(24L * 3600 * 1_000_000));
                break;
            case CopyType.Timestamp or CopyType.TimestampTz:
                output.Int64((random.NextInt64(DateTime.MaxValue.Ticks) - new DateTime(2000, 1, 1).Ticks) / 10);
                break;
            case CopyType.Hstore:
                WriteHstore(output);
                break;
            case CopyType.Array array:
                WriteArray(array, output);
                break;
            case CopyType.Composite composite:
                output.Int32(composite.Fields.Count);
                foreach (CopyType.CompositeField field in composite.Fields)
                {
                    output.Int32((int)field.Oid);
                    Nullable(field.Type, output);
                }

                break;
            default:
                throw new InvalidOperationException($"{form}");
        }
    }

    private void WriteArray(CopyType.Array array, Output output)
    {
        int count = random.Next(4);
        output.Int32(count == 0 ? 0 : 1);
        output.Flags(random.Next(2));
        output.Int32((int)array.ElementOid);
        if (count == 0)
            return;
        output.Int32(count);
        output.Int32(1);
        for (int i = 0; i < count; i++)
            Nullable(array.Element, output);
    }

    private void WriteHstore(Output output)
    {
        int count = random.Next(4);
        output.Int32(count);
        for (int i = 0; i < count; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes($"{Text()}{i}");
            output.Int32(key.Length);
            output.Bytes(key);
            Nullable(new CopyType.Text(), output);
        }
    }

    private byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private sealed class Output
    {
        private readonly List<byte> sent = [];
        private readonly List<byte> canonical = [];

        public byte[] Sent => [.. sent];

        public byte[] Canonical => [.. canonical];

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            sent.AddRange(bytes);
            canonical.AddRange(bytes);
        }

        public void Append(Output other)
        {
            sent.AddRange(other.sent);
            canonical.AddRange(other.canonical);
        }

        public void Flags(int flags)
        {
            sent.AddRange([0, 0, 0, (byte)flags]);
            canonical.AddRange(new byte[4]);
        }

        public void Int16(short value)
        {
            Span<byte> bytes = stackalloc byte[2];
            BinaryPrimitives.WriteInt16BigEndian(bytes, value);
            Bytes(bytes);
        }

        public void Int32(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            Bytes(bytes);
        }

        public void Int64(long value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            Bytes(bytes);
        }
    }
}
