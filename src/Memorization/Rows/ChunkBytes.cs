using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Memorization.Rows;

/// <summary>Goes forward through the bytes of a column chunk, reading the file in large pieces. Not thread-safe.</summary>
internal sealed class ChunkBytes(string path, PlainChunk chunk) : IDisposable
{
    // A page of Spark's, more or less; 2 and 4 MB were no faster.
    private const int PieceBytes = 1 << 20;

    private readonly SafeFileHandle _file = File.OpenHandle(path);
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private int _start;
    private int _end;
    private long _next = chunk.Offset;

    /// <summary>The next bytes: so many, or as many as the chunk and the file have left. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(int bytes)
    {
        if (_end - _start < bytes) Fill(bytes);
        return _piece.AsSpan(_start, Math.Min(bytes, _end - _start));
    }

    /// <summary>Goes on by so many bytes, read or not.</summary>
    public void Pass(int bytes)
    {
        var ready = Math.Min(bytes, _end - _start);
        _start += ready;
        _next += bytes - ready;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_piece);
        _piece = [];
    }

    private void Fill(int bytes)
    {
        var left = _piece.AsSpan(_start, _end - _start);
        if (_piece.Length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(bytes);
            left.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_piece);
            _piece = larger;
        }
        else
        {
            left.CopyTo(_piece);
        }

        (_start, _end) = (0, left.Length);
        while (_end < bytes)
        {
            var room = (int)Math.Min(_piece.Length - _end, chunk.Offset + chunk.Bytes - _next);
            var read = room > 0 ? RandomAccess.Read(_file, _piece.AsSpan(_end, room), _next) : 0;
            if (read == 0) break;
            _next += read;
            _end += read;
        }
    }
}
