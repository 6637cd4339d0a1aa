using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Memorization.Clip;

/// <summary>A safetensors file, mapped into memory: only what is read is loaded, and the system may drop it again.</summary>
/// <remarks>Thread-safe until disposed. The file must not be changed while it is open.</remarks>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a whole safetensors file; the message names it and the tensor.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        var length = new FileInfo(path).Length;
        if (length < sizeof(long)) throw Broken("it is shorter than a header");
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _data);
        try
        {
            var header = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(_data, sizeof(long)));
            if (header > SafetensorsHeader.MaxBytes || (long)header > length - sizeof(long)) throw Broken($"its header announces {header} bytes in a file of {length}");
            var json = new ReadOnlySpan<byte>(_data + sizeof(long), (int)header).ToArray();
            _data += sizeof(long) + (long)header;
            Entries = SafetensorsHeader.Parse(json, length - sizeof(long) - (long)header);
        }
        catch (Exception e)
        {
            Dispose();
            if (e is InvalidDataException && !e.Message.StartsWith(path, StringComparison.Ordinal)) throw Broken(e.Message, e);
            throw;
        }
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Its tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>A tensor's bytes, little-endian and row-major.</summary>
    /// <exception cref="InvalidDataException">It is larger than 2 GB.</exception>
    public ReadOnlySpan<byte> Bytes(SafetensorsEntry entry)
    {
        ObjectDisposedException.ThrowIf(_view.SafeMemoryMappedViewHandle.IsClosed, this);
        return entry.End - entry.Begin <= int.MaxValue
            ? new ReadOnlySpan<byte>(_data + entry.Begin, (int)(entry.End - entry.Begin))
            : throw Broken($"tensor {entry.Name} is larger than 2 GB");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_view.SafeMemoryMappedViewHandle.IsClosed) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private InvalidDataException Broken(string why, Exception? inner = null) => new($"{Path} is not a usable safetensors file: {why}", inner);
}
