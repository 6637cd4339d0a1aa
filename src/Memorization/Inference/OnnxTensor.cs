using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Memorization.Inference;

/// <summary>Memory of the host that a model reads or writes: allocated once, used for any number of runs.</summary>
/// <remarks>Not thread-safe: one run at a time, and nobody writes while it runs.</remarks>
internal sealed unsafe class OnnxTensor : IDisposable
{
    private static readonly Dictionary<Type, TensorElementType> Types = new() { [typeof(byte)] = TensorElementType.UInt8, [typeof(float)] = TensorElementType.Float };

    private readonly OrtValue? _pages;
    private readonly byte* _start;
    private int _bytes;

    private OnnxTensor(OrtValue value, OrtValue? pages = null)
    {
        (Value, _pages) = (value, pages);
        var bytes = value.GetTensorMutableRawData();
        _bytes = bytes.Length;
        fixed (byte* start = bytes) _start = start; // neither managed memory that a value pins nor native memory moves
    }

    /// <summary>The memory as ONNX Runtime sees it.</summary>
    internal OrtValue Value { get; }

    /// <summary>A tensor of zeros.</summary>
    /// <param name="dims">Its dims; row-major.</param>
    public static OnnxTensor Allocate<T>(params long[] dims)
        where T : unmanaged
    {
        var elements = new T[dims.Aggregate(1L, (product, dim) => checked(product * dim))];
        return new OnnxTensor(OrtValue.CreateTensorValueFromMemory(elements, dims));
    }

    /// <summary>A tensor in pages that the operating system leaves where they are, so that a GPU copies them by itself; undefined at first.</summary>
    /// <param name="pinned">Allocates such pages; must outlive the tensor.</param>
    /// <param name="dims">Its dims; row-major.</param>
    public static OnnxTensor Allocate<T>(OrtAllocator pinned, params long[] dims)
        where T : unmanaged
    {
        // ONNX Runtime takes such pages for the GPU's own memory and lets kernels read them through the bus, a byte at a time, which holds the GPU up
        // for as long. Shown as memory of the processor they are copied, under the arithmetic of other runs.
        var pages = OrtValue.CreateAllocatedTensorValue(pinned, Types[typeof(T)], dims);
        var bytes = pages.GetTensorMutableRawData();
        fixed (byte* start = bytes)
            return new OnnxTensor(OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, Types[typeof(T)], dims, (nint)start, bytes.Length), pages);
    }

    /// <summary>The elements, row-major.</summary>
    public Span<T> Elements<T>()
        where T : unmanaged => new(_start, _bytes / sizeof(T));

    /// <inheritdoc/>
    public void Dispose()
    {
        Value.Dispose();
        _pages?.Dispose();
        _bytes = 0;
    }
}
