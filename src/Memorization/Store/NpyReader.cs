using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Memorization.Store;

/// <summary>Reads a .npy file (versions 1 to 3) that holds a matrix of float16, or of float32 that float16 holds as well.</summary>
public static partial class NpyReader
{
    private const int RowsAtOnce = 1024;
    private const int MostHeaderBytes = 1 << 16;

    /// <summary>All rows.</summary>
    /// <param name="path">The file.</param>
    /// <returns>float16 values; rows that follow one another share memory.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file; the message says what is wrong.</exception>
    public static IReadOnlyList<ReadOnlyMemory<Half>> ReadHalves(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var (isSingle, rows, columns) = ReadHeader(file, path);
        var (handle, start) = (file.SafeFileHandle, file.Position);
        var matrix = new ReadOnlyMemory<Half>[rows];
        try
        {
            ReadBlocks();
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return matrix;

        void ReadBlocks() => Parallel.For(0, (rows + RowsAtOnce - 1) / RowsAtOnce, at =>
        {
            var row = at * RowsAtOnce;
            var count = Math.Min(RowsAtOnce, rows - row);
            var block = GC.AllocateUninitializedArray<Half>(count * columns);
            if (isSingle) Narrow(new float[block.Length], block, row);
            else ReadExactly(MemoryMarshal.AsBytes(block.AsSpan()), (long)row * columns * sizeof(short));
            for (var i = 0; i < count; i++) matrix[row + i] = block.AsMemory(i * columns, columns);
        });

        void ReadExactly(Span<byte> bytes, long offset)
        {
            for (int read; bytes.Length > 0; bytes = bytes[read..], offset += read)
                if ((read = RandomAccess.Read(handle, bytes, start + offset)) == 0) throw Wrong(path, "it became shorter");
        }

        void Narrow(Span<float> values, Half[] block, int row)
        {
            ReadExactly(MemoryMarshal.AsBytes(values), (long)row * columns * sizeof(float));
            for (var i = 0; i < values.Length; i++)
            {
                block[i] = (Half)values[i];
                if ((float)block[i] != values[i] && !float.IsNaN(values[i]))
                    throw Wrong(path, string.Create(CultureInfo.InvariantCulture, $"row {row + i / columns} has the float32 {values[i]:R}, which float16 does not hold: similarities are defined on float16, so round the vectors first"));
            }
        }
    }

    private static (bool IsSingle, int Rows, int Columns) ReadHeader(FileStream file, string path)
    {
        Span<byte> start = stackalloc byte[8];
        if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !IsMagic(start))
            throw Wrong(path, "it does not begin as numpy's files do");
        Span<byte> size = stackalloc byte[start[6] == 1 ? 2 : 4];
        if (file.ReadAtLeast(size, size.Length, throwOnEndOfStream: false) < size.Length) throw Wrong(path, "its header is cut off");
        var length = size.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (length > MostHeaderBytes) throw Wrong(path, "its header is too long");
        var header = new byte[length];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length) throw Wrong(path, "its header is cut off");
        var text = Encoding.UTF8.GetString(header);
        var type = Type().Match(text).Groups[1].Value;
        var shape = Shape().Match(text);
        if (type is not ("<f2" or "<f4") || !shape.Success || !text.Contains("'fortran_order': False", StringComparison.Ordinal)
            || !int.TryParse(shape.Groups[1].Value, CultureInfo.InvariantCulture, out var rows) || !int.TryParse(shape.Groups[2].Value, CultureInfo.InvariantCulture, out var columns) || columns == 0)
            throw Wrong(path, $"it holds {text.Trim()}, not a matrix of '<f2' or '<f4' in C's order");
        var bytes = (long)rows * columns * (type == "<f4" ? 4 : 2);
        return file.Length - file.Position == bytes
            ? (type == "<f4", rows, columns)
            : throw Wrong(path, string.Create(CultureInfo.InvariantCulture, $"it has {file.Length - file.Position} bytes of values, its header asks for {bytes}"));
    }

    private static bool IsMagic(ReadOnlySpan<byte> start) => start[0] == 0x93 && start[1..6].SequenceEqual("NUMPY"u8);

    private static InvalidDataException Wrong(string path, string why) => new($"{path} is not a usable .npy file: {why}");

    [GeneratedRegex("'descr': *'([^']*)'")]
    private static partial Regex Type();

    [GeneratedRegex(@"'shape': *\((\d+), *(\d+),?\)")]
    private static partial Regex Shape();
}
