using Microsoft.ML.OnnxRuntime;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Inference;

/// <summary>The product of two matrices of eight-bit numbers in int32 on one core: a model of a single MatMulInteger node, of any shape.</summary>
/// <remarks>Not thread-safe: each worker has one.</remarks>
internal sealed class Int8Product : IDisposable
{
    private static readonly string[] Inputs = ["A", "Zero", "B"];
    private static readonly string[] Outputs = ["Y"];
    private static readonly byte[] Model = Build();
    private static readonly Lazy<bool> Exact = new(Test);

    private readonly InferenceSession _session = MatrixProduct.Load(Model);
    private readonly RunOptions _run = new();
    private readonly byte[] _zero = new byte[1];

    /// <summary>Whether this processor's sums are right at the ends of the range, where instructions of older ones stop at 16 bits.</summary>
    public static bool IsExact => Exact.Value;

    /// <summary>Fills <paramref name="product"/> with the sums of (a − zero)·b.</summary>
    /// <param name="a"><c>rows</c> × <c>width</c>, row-major.</param>
    /// <param name="zero">What counts as zero in <paramref name="a"/>.</param>
    /// <param name="b"><c>width</c> × <c>columns</c>, row-major.</param>
    /// <param name="product">Exactly <c>rows·columns</c> long, row-major.</param>
    /// <param name="width">Length of a row of <paramref name="a"/>.</param>
    public void Multiply(Memory<byte> a, byte zero, Memory<sbyte> b, Memory<int> product, int width)
    {
        long rows = a.Length / width, columns = b.Length / width;
        _zero[0] = zero;
        using var left = MatrixProduct.Tensor(a, rows, width);
        using var offset = MatrixProduct.Tensor<byte>(_zero, 1);
        using var right = MatrixProduct.Tensor(b, width, columns);
        using var result = MatrixProduct.Tensor(product, rows, columns);
        _session.Run(_run, Inputs, [left, offset, right], Outputs, [result]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static byte[] Build()
    {
        var graph = new OnnxGraph("product");
        var a = graph.Input("A", ElementType.Uint8, "rows", "width");
        var zero = graph.Input("Zero", ElementType.Uint8, 1);
        var b = graph.Input("B", ElementType.Int8, "width", "columns");
        graph.Output("Y", graph.Node("MatMulInteger", [a, b, zero], type: ElementType.Int32), "rows", "columns");
        return graph.ToBytes();
    }

    // Rows of one, few and many, since the runtime has a kernel for each; the largest numbers of either sign, alone and mixed.
    private static bool Test()
    {
        const int width = 64, columns = 80;
        const byte zero = 128;
        var random = new Random(1);
        using var product = new Int8Product();
        foreach (var rows in (ReadOnlySpan<int>)[1, 3, 70])
        {
            foreach (var share in (ReadOnlySpan<double>)[0, 0.5, 1])
            {
                var a = new byte[rows * width];
                var b = new sbyte[width * columns];
                foreach (ref var value in a.AsSpan()) value = random.NextDouble() < share ? byte.MinValue : byte.MaxValue;
                foreach (ref var value in b.AsSpan()) value = random.NextDouble() < share ? sbyte.MinValue : sbyte.MaxValue;
                var sums = new int[rows * columns];
                product.Multiply(a, zero, b, sums, width);
                for (var i = 0; i < sums.Length; i++)
                {
                    var sum = 0;
                    for (var k = 0; k < width; k++) sum += (a[i / columns * width + k] - zero) * b[k * columns + i % columns];
                    if (sum != sums[i]) return false;
                }
            }
        }

        return true;
    }
}
