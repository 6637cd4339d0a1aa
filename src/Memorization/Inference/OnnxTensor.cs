using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Memorization.Inference;

/// <summary>Memory of the host that a model reads or writes: allocated once, used for any number of runs.</summary>
/// <remarks>Not thread-safe: one run at a time, and nobody writes while it runs.</remarks>
internal sealed unsafe class OnnxTensor : IDisposable
{
    private readonly byte* _start;
    private int _bytes;

    private OnnxTensor(OrtValue value)
    {
        Value = value;
        var bytes = value.GetTensorMutableRawData();
        _bytes = bytes.Length;
        fixed (byte* start = bytes) _start = start; // neither managed memory that a value pins nor native memory moves
    }

    /// <summary>The memory as ONNX Runtime sees it.</summary>
    internal OrtValue Value { get; }

    /// <summary>A tensor of zeros that the processor reads fastest.</summary>
    /// <param name="dims">Its dims; row-major.</param>
    public static OnnxTensor Allocate<T>(params long[] dims)
        where T : unmanaged
    {
        var elements = new T[dims.Aggregate(1L, (product, dim) => checked(product * dim))];
        return new OnnxTensor(OrtValue.CreateTensorValueFromMemory(elements, dims));
    }

    /// <summary>A tensor in memory that the allocator gives, such as pages that a GPU reads without the operating system; undefined at first.</summary>
    /// <param name="allocator">Must outlive the tensor.</param>
    /// <param name="dims">Its dims; row-major.</param>
    public static OnnxTensor Allocate<T>(OrtAllocator allocator, params long[] dims)
        where T : unmanaged => new(OrtValue.CreateAllocatedTensorValue(allocator, Types[typeof(T)], dims));

    /// <summary>The elements, row-major.</summary>
    public Span<T> Elements<T>()
        where T : unmanaged => new(_start, _bytes / sizeof(T));

    /// <inheritdoc/>
    public void Dispose()
    {
        Value.Dispose();
        _bytes = 0;
    }

    private static readonly Dictionary<Type, TensorElementType> Types = new() { [typeof(byte)] = TensorElementType.UInt8, [typeof(float)] = TensorElementType.Float };
}
