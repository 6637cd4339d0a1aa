using ParquetSharp;

namespace Memorization.Rows;

/// <summary>How Parquet files are opened, and which exceptions mean that the file is at fault.</summary>
internal static class ParquetAccess
{
    private const int ReadAheadBytes = 1 << 20;

    /// <summary>Opens a file to be read page by page.</summary>
    public static ParquetFileReader Open(string path)
    {
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        // Without it a column chunk is held in memory whole: about 150 MB for the captions and URLs of one LAION-400M row group.
        properties.EnableBufferedStream();
        properties.BufferSize = ReadAheadBytes;
        // Costs nothing where pages carry no checksum, as Spark's do not.
        properties.EnablePageChecksumVerification();
        return new ParquetFileReader(path, properties);
    }

    /// <summary>True for what a broken or unreadable file makes the library throw. Memory: a corrupt size that could not be allocated. Everything else is a bug.</summary>
    public static bool IsBrokenInput(Exception exception) =>
        exception is ParquetException or OutOfMemoryException or IOException or UnauthorizedAccessException or NotSupportedException;
}
