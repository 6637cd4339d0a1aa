using System.IO.Hashing;
using ParquetSharp;

namespace Memorization.Rows;

/// <summary>One Parquet file of LAION metadata: what is in it, not an open handle. Immutable, so any number of threads may read its row groups.</summary>
public sealed class LaionFile
{
    private const int HashChunkBytes = 1 << 20;

    private LaionFile(string path, UInt128 content, IReadOnlyList<int> rowGroups, LaionColumns columns)
    {
        Path = path;
        Content = content;
        RowGroups = rowGroups;
        Columns = columns;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>XXH128 of the whole file.</summary>
    public UInt128 Content { get; }

    /// <summary>The number of rows in each row group.</summary>
    public IReadOnlyList<int> RowGroups { get; }

    internal LaionColumns Columns { get; }

    /// <summary>The unit of work that a row group is.</summary>
    public UnitId Unit(int rowGroup) => new(Content, rowGroup);

    /// <summary>Reads the footer, finds the columns and hashes the file (all of its bytes are read once).</summary>
    /// <exception cref="BrokenInputException">The file is missing, is not Parquet, is encrypted or broken, or has no URL or caption column.</exception>
    public static LaionFile Open(string path, CancellationToken stop = default) => Open(path, ColumnNames.Laion, stop);

    /// <summary>Reads the footer alone and finds the columns: whether the file can be read at all.</summary>
    /// <exception cref="BrokenInputException">As <see cref="Open(string, CancellationToken)"/> says it.</exception>
    public static void Check(string path) => Guard(path, () => ReadFooter(path, ColumnNames.Laion));

    internal static LaionFile Open(string path, ColumnNames names, CancellationToken stop) => Guard(path, () =>
    {
        var (columns, rowGroups) = ReadFooter(path, names);
        return new LaionFile(path, Hash(path, stop), rowGroups, columns);
    });

    private static T Guard<T>(string path, Func<T> read)
    {
        if (!File.Exists(path))
            throw new BrokenInputException(path, Directory.Exists(path) ? "it is a folder" : "there is no such file");
        try
        {
            return read();
        }
        catch (Exception cause) when (ParquetAccess.IsBrokenInput(cause))
        {
            throw new BrokenInputException(path, ParquetAccess.Reason(cause), cause: cause);
        }
    }

    private static (LaionColumns Columns, int[] RowGroups) ReadFooter(string path, ColumnNames names)
    {
        using var reader = ParquetAccess.Open(path);
        using var footer = reader.FileMetaData;
        var columns = LaionColumns.Find(path, footer.Schema, names);
        return (columns, [.. Enumerable.Range(0, footer.NumRowGroups).Select(index => Rows(reader, path, index))]);
    }

    private static int Rows(ParquetFileReader reader, string path, int index)
    {
        using var group = reader.RowGroup(index);
        return group.MetaData.NumRows is >= 0 and <= int.MaxValue and var rows
            ? (int)rows
            : throw new BrokenInputException(path, $"the footer gives it {group.MetaData.NumRows} rows", index);
    }

    private static UInt128 Hash(string path, CancellationToken stop)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[HashChunkBytes];
        var hash = new XxHash128();
        while (file.Read(buffer) is > 0 and var read)
        {
            stop.ThrowIfCancellationRequested();
            hash.Append(buffer.AsSpan(0, read));
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
