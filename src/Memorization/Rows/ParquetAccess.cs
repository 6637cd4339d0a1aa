using ParquetSharp;

namespace Memorization.Rows;

/// <summary>How Parquet files are opened, and which exceptions mean that the file is at fault.</summary>
internal static class ParquetAccess
{
    private const int ReadAheadBytes = 1 << 18;

    /// <summary>Opens a file to be read page by page.</summary>
    public static ParquetFileReader Open(string path)
    {
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        // Without it a column chunk is held in memory whole, and a LAION-400M file is 1.7 GB in row groups of about a million rows.
        properties.EnableBufferedStream();
        properties.BufferSize = ReadAheadBytes;
        // Costs nothing where pages carry no checksum, as Spark's do not.
        properties.EnablePageChecksumVerification();
        return new ParquetFileReader(path, properties);
    }

    /// <summary>What a native message says, without the C++ type that ParquetSharp puts around it: <c>N7parquet16ParquetExceptionE (message: '…')</c>.</summary>
    public static string Reason(Exception exception)
    {
        const string Opening = "(message: '", Closing = "')";
        var message = exception.Message;
        var start = message.IndexOf(Opening, StringComparison.Ordinal);
        return start >= 0 && message.EndsWith(Closing, StringComparison.Ordinal) ? message[(start + Opening.Length)..^Closing.Length] : message;
    }

    /// <summary>True for what a broken or unreadable file makes the library throw. Memory: a corrupt size that could not be allocated. Everything else is a bug.</summary>
    public static bool IsBrokenInput(Exception exception) =>
        exception is ParquetException or OutOfMemoryException or IOException or UnauthorizedAccessException or NotSupportedException;
}
