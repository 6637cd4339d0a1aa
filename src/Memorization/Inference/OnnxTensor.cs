using Microsoft.ML.OnnxRuntime;

namespace Memorization.Inference;

/// <summary>Memory that a model reads or writes: allocated once, zeroed, used for any number of runs.</summary>
/// <remarks>Not thread-safe: one run at a time, and nobody writes while it runs.</remarks>
internal sealed class OnnxTensor : IDisposable
{
    private readonly Array _elements;

    private OnnxTensor(Array elements, OrtValue value)
    {
        _elements = elements;
        Value = value;
    }

    /// <summary>The memory as ONNX Runtime sees it.</summary>
    internal OrtValue Value { get; }

    /// <summary>A tensor of zeros.</summary>
    /// <param name="dims">Its dims; row-major.</param>
    public static OnnxTensor Allocate<T>(params long[] dims)
        where T : unmanaged
    {
        var elements = new T[dims.Aggregate(1L, (product, dim) => checked(product * dim))];
        return new OnnxTensor(elements, OrtValue.CreateTensorValueFromMemory(elements, dims));
    }

    /// <summary>The elements, row-major.</summary>
    public Span<T> Elements<T>()
        where T : unmanaged => (T[])_elements;

    /// <inheritdoc/>
    public void Dispose() => Value.Dispose();
}
