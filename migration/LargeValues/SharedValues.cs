using System.Text;
using Mammoth.Iceberg.IO;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.LargeValues;

/// <summary>
/// Large values of equal bytes as one object: the first to write it says so under its hash, and who comes later uses that object and deletes its own. They bear no
/// attempt's name, and no attempt takes them away with it: anyone may refer to one by now. Those of an attempt that failed serve the next.
/// </summary>
internal sealed class SharedValues(IFileIO io, LargeValueFolder folder)
{
    /// <summary>The object to refer to instead of the one just written, which is deleted where it is not that.</summary>
    public async Task<LargeValue> Share(LargeValue written, CancellationToken cancellation)
    {
        string pointer = folder.ByHash(written.Sha256);
        while (true)
        {
            FileContent? known = await io.Read(pointer, cancellation);
            LargeValue? shared = known is null ? null : written with { Location = Encoding.UTF8.GetString(known.Bytes.Span) };
            if (shared == written)
            {
                return written;
            }

            if (shared is not null && await IsWhole(shared, cancellation))
            {
                await io.Delete(written.Location, cancellation);
                return shared;
            }

            try
            {
                // Also where a hash leads to nothing.
                await io.Write(pointer, Encoding.UTF8.GetBytes(written.Location), known is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(known.ETag), cancellation);
                return written;
            }
            catch (PreconditionFailedException)
            {
                // Somebody was quicker; or it was us, and the answer was lost.
            }
        }
    }

    private async Task<bool> IsWhole(LargeValue value, CancellationToken cancellation)
    {
        try
        {
            await using Stream content = await folder.Open(value, cancellation);
            return content.Length == value.Bytes;
        }
        catch (LargeValueException)
        {
            return false;
        }
    }
}
