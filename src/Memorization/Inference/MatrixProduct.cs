using Microsoft.ML.OnnxRuntime;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Inference;

/// <summary>The float32 product A·Bᵀ on one core: a model of a single Gemm node, of any shape.</summary>
/// <remarks>
/// ONNX Runtime brings the fastest matrix product that .NET can call everywhere without another native library.
/// Not thread-safe: each worker has one, and workers, not the session, use the cores.
/// </remarks>
internal sealed class MatrixProduct : IDisposable
{
    private static readonly string[] Inputs = ["A", "B"];
    private static readonly string[] Outputs = ["Y"];
    private static readonly byte[] Model = Build();

    private readonly InferenceSession _session = Load(Model);
    private readonly RunOptions _run = new();

    /// <summary>Fills <paramref name="product"/> with the dot products of the rows of <paramref name="a"/> and of <paramref name="b"/>.</summary>
    /// <param name="a"><c>rows</c> × <c>width</c>, row-major.</param>
    /// <param name="b"><c>columns</c> × <c>width</c>, row-major.</param>
    /// <param name="product">Exactly <c>rows·columns</c> long, row-major.</param>
    /// <param name="width">Length of every row.</param>
    public void Multiply(Memory<float> a, Memory<float> b, Memory<float> product, int width)
    {
        long rows = a.Length / width, columns = b.Length / width;
        using var left = Tensor(a, rows, width);
        using var right = Tensor(b, columns, width);
        using var result = Tensor(product, rows, columns);
        _session.Run(_run, Inputs, [left, right], Outputs, [result]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    /// <summary>A model that runs on its caller's thread.</summary>
    internal static InferenceSession Load(byte[] model)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            EnableMemoryPattern = false, // shapes differ at the edges
        };
        return new InferenceSession(model, options);
    }

    /// <summary>The caller's memory as the runtime sees it.</summary>
    internal static OrtValue Tensor<T>(Memory<T> values, params long[] dims)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, dims);

    private static byte[] Build()
    {
        var graph = new OnnxGraph("product");
        var a = graph.Input("A", ElementType.Float, "rows", "width");
        var b = graph.Input("B", ElementType.Float, "columns", "width");
        graph.Output("Y", graph.Node("Gemm", [a, b], [OnnxGraph.Attribute("transB", 1L)]), "rows", "columns");
        return graph.ToBytes();
    }
}
