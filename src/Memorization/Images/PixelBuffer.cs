using System.Buffers;
using System.Runtime.InteropServices;

namespace Memorization.Images;

/// <summary>Scratch bytes that native code may write: pooled while they are of an ordinary size, given back to the system otherwise.</summary>
/// <remarks>A pool keeps a buffer of every size for every thread: the 400 MB of one huge image for the rest of the run, and 16 MB ten times. An ordinary buffer newly mapped per image costs a page fault per 4 KB.</remarks>
internal sealed unsafe class PixelBuffer : IDisposable
{
    private const int LargestPooled = 1 << 21;

    private readonly byte[]? _pooled;
    private readonly GCHandle _pin;
    private readonly void* _native;

    /// <summary>At least <paramref name="length"/> bytes of anything.</summary>
    public PixelBuffer(int length)
    {
        Length = length;
        if (length > LargestPooled)
        {
            _native = NativeMemory.Alloc((nuint)length);
            return;
        }

        _pooled = ArrayPool<byte>.Shared.Rent(length);
        _pin = GCHandle.Alloc(_pooled, GCHandleType.Pinned);
    }

    /// <summary>The length asked for.</summary>
    public int Length { get; }

    /// <summary>Where the bytes lie; they do not move.</summary>
    public nint Address => _pooled is null ? (nint)_native : _pin.AddrOfPinnedObject();

    /// <summary>The bytes.</summary>
    public Span<byte> Span => new((void*)Address, Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_native);
        if (_pooled is null) return;
        _pin.Free();
        ArrayPool<byte>.Shared.Return(_pooled);
    }
}
