using System.Buffers;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ParquetSharp;

namespace Memorization.Rows;

/// <summary>One Parquet file of LAION metadata: what is in it, not an open handle. Immutable, so any number of threads may read its row groups.</summary>
public sealed class LaionFile
{
    private const int HashBlockBytes = 1 << 23;
    private const int HashChunkBytes = 1 << 18;

    private readonly PlainChunk?[][] _plain;

    private LaionFile(string path, UInt128 content, IReadOnlyList<int> rowGroups, LaionColumns columns, PlainChunk?[][] plain)
    {
        _plain = plain;
        Path = path;
        Content = content;
        RowGroups = rowGroups;
        Columns = columns;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>XXH128 of the XXH128s of the file's blocks of 8 MiB.</summary>
    public UInt128 Content { get; }

    /// <summary>The number of rows in each row group.</summary>
    public IReadOnlyList<int> RowGroups { get; }

    internal LaionColumns Columns { get; }

    /// <summary>The unit of work that a row group is.</summary>
    public UnitId Unit(int rowGroup) => new(Content, rowGroup);

    internal PlainChunk? PlainUrls(int rowGroup) => rowGroup < _plain.Length ? _plain[rowGroup][0] : null;

    internal PlainChunk? PlainCaptions(int rowGroup) => rowGroup < _plain.Length ? _plain[rowGroup][1] : null;

    /// <summary>Reads the footer, finds the columns and hashes the file (all of its bytes are read once).</summary>
    /// <exception cref="BrokenInputException">The file is missing, is not Parquet, is encrypted or broken, or has no URL or caption column.</exception>
    public static LaionFile Open(string path, CancellationToken stop = default) => Open(path, ColumnNames.Laion, null, stop);

    /// <summary>Reads the footer alone and finds the columns: whether the file can be read at all.</summary>
    /// <exception cref="BrokenInputException">As <see cref="Open(string, CancellationToken)"/> says it.</exception>
    public static void Check(string path) => Guard(path, () => ReadFooter(path, ColumnNames.Laion));

    internal static LaionFile Open(string path, ColumnNames names, ContentHash? known, CancellationToken stop) => Guard(path, () =>
    {
        var (columns, rowGroups) = ReadFooter(path, names);
        var content = known is null ? Hash(path, stop) : known(path, () => Hash(path, stop));
        return new LaionFile(path, content, rowGroups, columns, PlainChunk.Find(path, [columns.Url.Index, columns.Caption.Index]));
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

    // On all cores, since the scan of the first file waits for it.
    private static UInt128 Hash(string path, CancellationToken stop)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var blocks = new UInt128[(length + HashBlockBytes - 1) / HashBlockBytes];
        Parallel.For(0, blocks.Length, new ParallelOptions { CancellationToken = stop }, i => blocks[i] = HashBlock(file, (long)i * HashBlockBytes));
        return XxHash128.HashToUInt128(MemoryMarshal.AsBytes<UInt128>(blocks));
    }

    private static UInt128 HashBlock(SafeFileHandle file, long offset)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(HashChunkBytes);
        var hash = new XxHash128();
        for (long end = offset + HashBlockBytes, at = offset; at < end;)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(HashChunkBytes, end - at)), at);
            if (read == 0) break;
            hash.Append(buffer.AsSpan(0, read));
            at += read;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return hash.GetCurrentHashAsUInt128();
    }
}

/// <summary>Gives a file's content hash, if it knows it by other means than by reading the whole file.</summary>
public delegate UInt128 ContentHash(string path, Func<UInt128> read);
