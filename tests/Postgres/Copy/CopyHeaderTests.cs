using System.Buffers;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>What stands before the tuples (PostgreSQL, "COPY", Binary Format, File Header).</summary>
public sealed class CopyHeaderTests
{
    private static byte[] Header(uint flags, int extension, params byte[] more) =>
    [
        .. "PGCOPY\n"u8, 0xFF, 0x0D, 0x0A, 0,
        (byte)(flags >> 24), (byte)(flags >> 16), (byte)(flags >> 8), (byte)flags,
        (byte)(extension >> 24), (byte)(extension >> 16), (byte)(extension >> 8), (byte)extension, .. more,
    ];

    [Fact]
    public void What_is_written_is_read()
    {
        var output = new ArrayBufferWriter<byte>();
        CopyHeader.Write(output);
        Assert.Equal(Header(0, 0), output.WrittenSpan.ToArray());
        Assert.Equal(output.WrittenCount, CopyHeader.Read(output.WrittenSpan));
        CopyHeader.WriteTrailer(output);
        Assert.Equal([0xFF, 0xFF], output.WrittenSpan[^2..].ToArray());
    }

    [Theory]
    [InlineData(0x0001u)]
    [InlineData(0xFFFFu)]
    public void Flags_that_may_be_ignored_are(uint flags) => Assert.Equal(19, CopyHeader.Read(Header(flags, 0)));

    [Theory]
    [InlineData(0x0001_0000u)]
    [InlineData(0x8000_0000u)]
    [InlineData(0x0080_0001u)]
    public void Flags_that_change_the_format_are_refused(uint flags)
    {
        CopyFormatException error = Assert.Throws<CopyFormatException>(() => CopyHeader.Read(Header(flags, 0)));
        Assert.Contains($"{flags:x8}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void An_extension_of_no_sensible_length_is_refused(int length) => Assert.Throws<CopyFormatException>(() => CopyHeader.Read(Header(0, length)));

    [Fact]
    public void A_header_that_is_not_all_there_yet_is_waited_for_and_a_wrong_one_is_refused_at_its_first_wrong_byte()
    {
        byte[] whole = Header(0, 5, 1, 2, 3, 4, 5, 99, 99);
        for (int length = 0; length < 24; length++)
            Assert.Equal(0, CopyHeader.Read(whole.AsSpan(0, length)));
        Assert.Equal(24, CopyHeader.Read(whole.AsSpan(0, 24)));
        Assert.Equal(24, CopyHeader.Read(whole));
        for (int at = 0; at < 11; at++)
        {
            byte[] wrong = whole[..(at + 1)];
            wrong[at] ^= 0x20;
            Assert.Throws<CopyFormatException>(() => CopyHeader.Read(wrong));
        }
    }
}
