using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Errors;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Copying;

/// <summary>Copies a run of chunks: rows of a query, decoded to Arrow, written as Parquet, described by a manifest of its own.</summary>
public static class ChunkCopy
{
    public static async Task<ChunkResult> Run(MigrationSite site, string run, string token, string tableLocation, int first, int count, CancellationToken cancellation)
    {
        DateTimeOffset started = DateTimeOffset.UtcNow;
        RunRecord record = await RunRecord.Read(site, run, cancellation);
        OpenedTable table = await site.Folder(run).Read<OpenedTable>(tableLocation, cancellation);
        IReadOnlyList<ChunkPlan> ranges = table.Plan.Chunks.Ranges(first, count);
        string attempt = $"{run}-{first:00000}-{Guid.CreateVersion7():N}";
        try
        {
            return await Copy(site, record, token, table, ranges, attempt, started, cancellation);
        }
        catch
        {
            await Discard(site, run, table, attempt);
            throw;
        }
    }

    private static async Task<ChunkResult> Copy(MigrationSite site, RunRecord run, string token, OpenedTable table, IReadOnlyList<ChunkPlan> ranges, string attempt, DateTimeOffset started, CancellationToken cancellation)
    {
        Iceberg.Schemas.Schema schema = table.Schema();
        DataFileOptions options = Options(run.Options, table.Plan, schema);
        var unfit = new QuarantineRows(table.Plan, run.RunId);
        await using var writer = new RollingDataFileWriter(site.Io, n => $"{table.TableLocation}/data/{attempt}-{n:000}.parquet", schema, options, compression: site.Compression(table.TableLocation));
        await using var quarantine = new RollingDataFileWriter(site.Io, n => $"{table.QuarantineLocation}/data/{attempt}-{n:000}.parquet", QuarantineTable.Schema, options with { WithoutDictionary = new HashSet<int>(), DeltaEncoded = new HashSet<int>() });
        await using var large = new LargeValueWriter(site.Io, new LargeValueFolder(site.Io, table.TableLocation), attempt, table.Plan.SharesLargeValues, () => unfit.IsVoid, cancellation);
        var totals = new CopyTotals(RowDigest.Empty, RowDigest.Empty, 0);
        foreach (ChunkPlan range in ranges)
        {
            unfit.Leaf = range.Leaf;
            CopyTotals read = await Rows(site, run, token, table.Plan, range, unfit, large, writer, quarantine, cancellation);
            totals = new(totals.Digest + read.Digest, totals.Unfit + read.Unfit, totals.Bytes + read.Bytes);
        }

        if (unfit.IsVoid)
        {
            await Discard(site, run.RunId, table, attempt);
            site.Progress.Report(new ProgressEvent.Restarted(table.Plan.Index, $"{string.Join(", ", unfit.TextColumns)} held a value that did not fit; carried as text from here on"));
            return new ChunkResult { Chunk = ranges[0].Index, UnfitColumns = [.. unfit.TextColumns], Started = started, Finished = DateTimeOffset.UtcNow };
        }

        IReadOnlyList<DataFile> files = await writer.Complete(cancellation);
        var target = new Dictionary<int, object?> { [QuarantineTable.Spec.Fields[0].FieldId] = QuarantineTable.TargetOf(table.Plan) };
        DataFile[] aside = [.. (await quarantine.Complete(cancellation)).Select(f => f with { Partition = target })];
        await Failpoints.FilesWritten.Pass();
        return new ChunkResult
        {
            Chunk = ranges[0].Index,
            Manifest = await site.WriteManifest(site.Folder(run.RunId).Fixed($"chunks/{attempt}.avro"), schema, PartitionSpec.Unpartitioned, files, cancellation),
            QuarantineManifest = await site.WriteManifest(site.Folder(run.RunId).Fixed($"chunks/{attempt}-quarantine.avro"), QuarantineTable.Schema, QuarantineTable.Spec, aside, cancellation),
            Rows = totals.Digest.Rows,
            QuarantinedRows = totals.Unfit.Rows,
            Bytes = totals.Bytes,
            FileBytes = files.Concat(aside).Sum(f => f.FileSizeInBytes) + large.Bytes,
            LargeValues = await large.Complete(cancellation),
            Files = files.Count + aside.Length,
            Digest = totals.Digest.ToString(),
            QuarantineDigest = totals.Unfit.ToString(),
            Started = started,
            Finished = DateTimeOffset.UtcNow,
        };
    }

    internal static DataFileOptions Options(MigrationOptions options, TablePlan table, Iceberg.Schemas.Schema schema)
    {
        HashSet<int> Encoded(ColumnEncoding encoding)
        {
            HashSet<string> names = [.. table.Columns.Where(c => EncodingOf(c) == encoding).Select(c => c.Name)];
            return [.. schema.Fields.Where(f => names.Contains(f.Name)).Select(f => f.Id)];
        }

        ColumnEncoding EncodingOf(ColumnPlan column) => column.Encoding == ColumnEncoding.Delta && options.Profile.IsForSpark() ? ColumnEncoding.Plain : column.Encoding;

        return new()
        {
            TargetFileSizeBytes = options.TargetFileSize,
            CompressionLevel = options.CompressionLevel,
            WithoutDictionary = Encoded(ColumnEncoding.Plain),
            DeltaEncoded = Encoded(ColumnEncoding.Delta),
        };
    }

    private static async Task<CopyTotals> Rows(MigrationSite site, RunRecord run, string token, TablePlan table, ChunkPlan chunk, QuarantineRows unfit, LargeValueWriter large, RollingDataFileWriter writer, RollingDataFileWriter quarantine, CancellationToken cancellation)
    {
        await using SnapshotReader session = await site.Read(run.RunId, token, cancellation);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Lost);
        cancellation = reading.Token;
        if (session.Fallback is { } what)
        {
            await RunWarnings.TellOnce(site, run.RunId, $"Rows are read through Npgsql, since the connection wants {what}, which the client made for copying does not know. That is slower; the rows are the same.");
        }

        CopyColumn[] columns = [.. table.Columns.Select(c => c.ToCopyColumn())];
        var copyOptions = new CopyDecoderOptions { UncheckedText = session.IsUnchecked, LargeRowRoom = MemoryUse.RoomForLargeRows };
        LargeObjectCopy objects = await LargeObjectCopy.Run(session, table, chunk, large, cancellation);
        CopyTotals totals;
        await using (CopyReader reader = await CopyReader.Open(session, SelectStatement.OfChunk(table, chunk), columns, copyOptions, unfit, large, objects, cancellation))
        {
            totals = reader.Totals;
            await reader.ReadAll(
                async batch =>
                {
                    // Once the chunk is void its rows are only read on, to find every column that needs to become text at once.
                    if (!unfit.IsVoid)
                    {
                        await writer.Write(batch, cancellation);
                        await unfit.Flush(quarantine, cancellation);
                    }

                    await Count(reader.Totals);
                },
                cancellation);

            // With those behind the last batch.
            await Count(reader.Totals);
        }

        if (!unfit.IsVoid)
        {
            await unfit.Flush(quarantine, cancellation);
        }

        // Locks make this impossible; but they may not have been asked for, been given up, or had no room.
        if (await session.FileNode(chunk.LeafOid, cancellation) != chunk.FileNode)
        {
            throw new SourceRefusedException(
                $"{chunk.Leaf} was truncated or rewritten while it was copied without locks: rows of the snapshot may be gone.",
                "Run again; where statements like TRUNCATE or ALTER TABLE are to be expected, without --no-lock and --on-lock-waiter yield.");
        }

        return totals;

        async Task Count(CopyTotals now)
        {
            long bytes = now.Bytes - totals.Bytes;
            if (bytes > 0)
            {
                await site.Rates.Take(run.Options.MaxRate, bytes, cancellation);
                site.Progress.Report(new ProgressEvent.Copied(table.Index, now.Rows - totals.Rows, bytes));
            }

            totals = now;
        }
    }

    /// <summary>Files of an attempt that came to nothing; what can't be deleted is only space.</summary>
    private static async Task Discard(MigrationSite site, string run, OpenedTable table, string attempt)
    {
        try
        {
            foreach (string prefix in new[] { $"{table.TableLocation}/data/{attempt}", $"{table.QuarantineLocation}/data/{attempt}", new LargeValueFolder(site.Io, table.TableLocation).Of(attempt) })
            {
                await foreach (FileEntry file in site.Io.List(prefix, CancellationToken.None))
                {
                    await site.Io.Delete(file.Location, CancellationToken.None);
                }
            }
        }
        catch (Exception e) when (e is IOException or Azure.RequestFailedException)
        {
            await RunWarnings.Tell(site, run, $"Files of an attempt that failed could not be deleted ({attempt}): {e.Message} Nothing refers to them.");
        }
    }
}
