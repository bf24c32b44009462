namespace Mammoth.Postgres.Errors;

/// <summary>
/// Something the source database said or did that ends the work at hand. The message is a sentence for the user: it names the thing
/// and the way out, and never holds a secret.
/// </summary>
public class SourceException : Exception
{
    public SourceException(string message)
        : base(message)
    {
    }

    public SourceException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
