using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Memorization.Store;

/// <summary>Writes a matrix row by row as a .npy file, version 1.0; the number of rows is entered at the end.</summary>
/// <typeparam name="T"><see cref="Half"/>, <see cref="float"/> or <see cref="long"/>.</typeparam>
/// <remarks>Not thread-safe.</remarks>
public sealed class NpyWriter<T> : IDisposable
    where T : unmanaged
{
    // Magic, version and length included; numpy's own is 128 bytes for matrices too.
    private const int HeaderBytes = 128;

    private readonly Stream _file;
    private readonly bool _owned;
    private readonly int _columns;
    private long _rows;

    /// <summary>Begins the file.</summary>
    public NpyWriter(string path, int columns)
        : this(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16), columns)
    {
        _owned = true;
    }

    /// <summary>Begins the file on an empty stream, which stays open.</summary>
    internal NpyWriter(Stream stream, int columns)
    {
        _columns = columns;
        _file = stream;
        WriteHeader();
    }

    /// <summary>Adds a row.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public void Write(ReadOnlySpan<T> row)
    {
        if (row.Length != _columns) throw new ArgumentException($"{row.Length} numbers in a row of {_columns}", nameof(row));
        _file.Write(MemoryMarshal.AsBytes(row));
        _rows++;
    }

    /// <summary>Writes a row to its place, whether or not those before it are there yet.</summary>
    /// <param name="at">From 0.</param>
    /// <param name="row">Its numbers.</param>
    internal unsafe void Write(long at, ReadOnlySpan<T> row)
    {
        var end = Math.Max(_rows, at + 1);
        _file.Position = HeaderBytes + (at * _columns * sizeof(T));
        Write(row);
        _rows = end;
    }

    /// <summary>Enters the number of rows and closes the file.</summary>
    public void Dispose()
    {
        _file.Position = 0;
        WriteHeader();
        if (_owned) _file.Dispose();
    }

    private void WriteHeader()
    {
        var type = typeof(T) == typeof(Half) ? "<f2" : typeof(T) == typeof(float) ? "<f4" : typeof(T) == typeof(long) ? "<i8" : throw new NotSupportedException($"no .npy of {typeof(T)}");
        var text = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({_rows}, {_columns}), }}");
        _file.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, HeaderBytes - 10, 0]);
        _file.Write(Encoding.ASCII.GetBytes(text.PadRight(HeaderBytes - 11) + "\n"));
    }
}
