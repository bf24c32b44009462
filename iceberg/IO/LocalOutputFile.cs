namespace Mammoth.Iceberg.IO;

/// <summary>A new local file: written under a temporary name beside its place, made durable, then given its name if that is free.</summary>
internal sealed class LocalOutputFile : OutputFile
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly LocalOutputStream _stream;
    private bool _completed;

    public LocalOutputFile(string location)
    {
        Location = location;
        _path = LocalPath.Of(location);
        _temporary = LocalFileIO.TemporaryBeside(_path);
        try
        {
            LocalPath.MakeFolderOf(_path);
            _stream = new(new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0), _path);
        }
        catch (Exception e) when (LocalFailure.Explains(e))
        {
            throw LocalFailure.Explain(e, _path);
        }
    }

    public override string Location { get; }

    public override Stream Stream => _stream;

    public override async Task<long> Complete(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            var length = _stream.Sync();
            await _stream.DisposeAsync();
            await LocalFileIO.GiveName(_temporary, _path, Location, cancellation);
            _completed = true;
            return length;
        }
        catch (Exception e) when (LocalFailure.Explains(e))
        {
            throw LocalFailure.Explain(e, _path);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _stream.Abandon();
        await _stream.DisposeAsync();
        if (!_completed)
            File.Delete(_temporary);
    }
}
