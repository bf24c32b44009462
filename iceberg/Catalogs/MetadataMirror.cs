using System.Globalization;
using System.Numerics;
using System.Text;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>
/// The copies of decided metadata in each table's own folder, <c>metadata/vN.metadata.json</c> and <c>metadata/version-hint.text</c>, for readers that know
/// no catalog. They follow the decision and never lead it: such readers believe whatever lies there.
/// </summary>
internal sealed class MetadataMirror(IFileIO io)
{
    private const int HintAttempts = 50;

    public static string FileOf(string location, int version) => $"{location}/metadata/v{version}.metadata.json";

    public static string HintOf(string location) => $"{location}/metadata/version-hint.text";

    /// <summary>Whether the hint says that the mirror has this version or a later one.</summary>
    public async Task<bool> HasReached(string location, int version, CancellationToken cancellation) =>
        await io.Read(HintOf(location), cancellation) is { } hint && Number(hint) >= version;

    /// <summary>Whether any file has the name that a version not yet decided will have.</summary>
    public async Task<bool> IsTaken(string location, int version, CancellationToken cancellation) =>
        await io.Read(FileOf(location, version), cancellation) is not null;

    /// <summary>Brings the mirror to a decided version. Any number of processes may do so at once.</summary>
    /// <param name="content">The decided metadata file's bytes.</param>
    /// <returns><see cref="MirrorState.InStep"/> or <see cref="MirrorState.Forked"/>.</returns>
    public async Task<MirrorState> Bring(string location, int version, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var file = FileOf(location, version);
        var found = await io.Read(file, cancellation);
        if (found is null)
        {
            try
            {
                await Failpoints.MirrorWrite.Around(() => io.Write(file, content, WriteCondition.IfAbsent, cancellation));
            }
            catch (PreconditionFailedException)
            {
                found = await io.Read(file, cancellation);
            }
        }
        if (found is not null && !found.Bytes.Span.SequenceEqual(content.Span))
            return MirrorState.Forked;
        await RaiseHint(HintOf(location), version, cancellation);
        return MirrorState.InStep;
    }

    // Compare and swap, never lowered: a hint that goes backwards makes readers serve old rows.
    private async Task RaiseHint(string hint, int version, CancellationToken cancellation)
    {
        var content = Encoding.UTF8.GetBytes(version.ToString(CultureInfo.InvariantCulture));
        for (var attempt = 0; attempt < HintAttempts; attempt++)
        {
            var found = await io.Read(hint, cancellation);
            if (found is not null && Number(found) >= version)
                return;
            try
            {
                await Failpoints.HintWrite.Around(() => io.Write(hint, content, found is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(found.ETag), cancellation));
                return;
            }
            catch (PreconditionFailedException)
            {
                // Somebody else raised it; perhaps higher.
            }
        }
        throw new IOException($"{hint} was changed by others {HintAttempts} times in a row.");
    }

    // Others may count higher than we ever will.
    private static BigInteger Number(FileContent hint) =>
        BigInteger.TryParse(Encoding.UTF8.GetString(hint.Bytes.Span).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
