using Google.Protobuf;
using Memorization.Inference.Onnx;
using Microsoft.ML.OnnxRuntime;

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

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    public MatrixProduct()
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            EnableMemoryPattern = false, // shapes differ at the edges
        };
        _session = new InferenceSession(Model, options);
    }

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

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static OrtValue Tensor(Memory<float> values, long rows, long columns) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, [rows, columns]);

    private static byte[] Build()
    {
        var transposeB = new AttributeProto { Name = "transB", I = 1, Type = AttributeProto.Types.AttributeType.Int };
        var graph = new GraphProto
        {
            Name = "product",
            Node = { new NodeProto { OpType = "Gemm", Input = { Inputs }, Output = { Outputs }, Attribute = { transposeB } } },
            Input = { Matrix("A", "rows", "width"), Matrix("B", "columns", "width") },
            Output = { Matrix("Y", "rows", "columns") },
        };
        return new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Version = 13 } }, Graph = graph }.ToByteArray();
    }

    private static ValueInfoProto Matrix(string name, params string[] dimensions) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)TensorProto.Types.DataType.Float,
                Shape = new TensorShapeProto { Dim = { dimensions.Select(d => new TensorShapeProto.Types.Dimension { DimParam = d }) } },
            },
        },
    };
}
