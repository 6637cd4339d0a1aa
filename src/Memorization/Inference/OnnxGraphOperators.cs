using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Inference;

// The operators in use, as https://onnx.ai/onnx/operators defines them for operator set 18.
internal sealed partial class OnnxGraph
{
    /// <summary>Matrix product of the last two dimensions; the others broadcast.</summary>
    public OnnxValue MatMul(OnnxValue a, OnnxValue b) => Same("MatMul", a, b);

    /// <summary>alpha·a·b + bias on matrices; <paramref name="transposeB"/> takes b as (columns, inner), as linear layers are stored.</summary>
    public OnnxValue Gemm(OnnxValue a, OnnxValue b, OnnxValue? bias, bool transposeB = false, float alpha = 1) =>
        Node("Gemm", bias is { } c ? [a, b, c] : [a, b], [Attribute("transB", transposeB ? 1 : 0), Attribute("alpha", alpha)]);

    /// <summary>Elementwise sum, with broadcasting.</summary>
    public OnnxValue Add(OnnxValue a, OnnxValue b) => Same("Add", a, b);

    /// <summary>Elementwise difference, with broadcasting.</summary>
    public OnnxValue Sub(OnnxValue a, OnnxValue b) => Same("Sub", a, b);

    /// <summary>Elementwise product, with broadcasting.</summary>
    public OnnxValue Mul(OnnxValue a, OnnxValue b) => Same("Mul", a, b);

    /// <summary>Elementwise quotient, with broadcasting.</summary>
    public OnnxValue Div(OnnxValue a, OnnxValue b) => Same("Div", a, b);

    /// <summary>Elementwise square root.</summary>
    public OnnxValue Sqrt(OnnxValue a) => Node("Sqrt", [a]);

    /// <summary>Elementwise limits.</summary>
    public OnnxValue Clip(OnnxValue a, OnnxValue min, OnnxValue max) => Node("Clip", [a, min, max]);

    /// <summary>The same values in another type.</summary>
    public OnnxValue Cast(OnnxValue a, ElementType to) => Node("Cast", [a], [Attribute("to", (long)to)], to);

    /// <summary>Dimension i of the result is dimension <c>order[i]</c> of <paramref name="a"/>.</summary>
    public OnnxValue Transpose(OnnxValue a, params ReadOnlySpan<long> order) => Node("Transpose", [a], [Attribute("perm", order)]);

    /// <summary>The same values in other dims: 0 keeps the one at its place, a single −1 is what is left.</summary>
    public OnnxValue Reshape(OnnxValue a, params ReadOnlySpan<long> dims) => Node("Reshape", [a, Vector(dims)]);

    /// <summary>Elements <paramref name="start"/> up to, not including, <paramref name="end"/> of one dimension.</summary>
    public OnnxValue Slice(OnnxValue a, long axis, long start, long end) => Node("Slice", [a, Vector(start), Vector(end), Vector(axis)]);

    /// <summary>The first <paramref name="count"/> elements of one dimension, a number that the model computes: int64 (1).</summary>
    public OnnxValue Slice(OnnxValue a, long axis, OnnxValue count) => Node("Slice", [a, Vector(0), count, Vector(axis)]);

    /// <summary>The dims from <paramref name="start"/> up to <paramref name="end"/>, to the last one by default, as int64.</summary>
    public OnnxValue Shape(OnnxValue a, long start = 0, long end = long.MaxValue) =>
        Node("Shape", [a], [Attribute("start", start), Attribute("end", end)], ElementType.Int64);

    /// <summary>The same values in dims that the model computes.</summary>
    public OnnxValue Reshape(OnnxValue a, OnnxValue dims) => Node("Reshape", [a, dims]);

    /// <summary>A dimension of length 1 more.</summary>
    public OnnxValue Unsqueeze(OnnxValue a, long axis) => Node("Unsqueeze", [a, Vector(axis)]);

    /// <summary>The place of the largest element along one dimension, which goes: int64.</summary>
    public OnnxValue ArgMax(OnnxValue a, long axis) => Node("ArgMax", [a], [Attribute("axis", axis), Attribute("keepdims", 0)], ElementType.Int64);

    /// <summary>Whether elements are equal, with broadcasting.</summary>
    public OnnxValue Equal(OnnxValue a, OnnxValue b) => Node("Equal", [a, b], type: ElementType.Bool);

    /// <summary>Elements of one dimension at places that the model computes.</summary>
    public OnnxValue Gather(OnnxValue a, long axis, OnnxValue indices) => Node("Gather", [a, indices], [Attribute("axis", axis)]);

    /// <summary>One row of each matrix: (batch, rows, width) and int64 (batch, 1) give (batch, width).</summary>
    public OnnxValue GatherRows(OnnxValue a, OnnxValue indices) => Node("GatherND", [a, indices], [Attribute("batch_dims", 1)]);

    /// <summary>Elements <paramref name="indices"/> of one dimension, in that order.</summary>
    public OnnxValue Gather(OnnxValue a, long axis, params ReadOnlySpan<long> indices) =>
        Node("Gather", [a, Vector(indices)], [Attribute("axis", axis)]);

    /// <summary>One after another along <paramref name="axis"/>.</summary>
    public OnnxValue Concat(long axis, params ReadOnlySpan<OnnxValue> values) => Node("Concat", values, [Attribute("axis", axis)]);

    /// <summary>Mean over <paramref name="axes"/>, which stay with length 1.</summary>
    public OnnxValue ReduceMean(OnnxValue a, params ReadOnlySpan<long> axes) => Node("ReduceMean", [a, Vector(axes)]);

    /// <summary>Euclidean norm over <paramref name="axes"/>, which stay with length 1.</summary>
    public OnnxValue ReduceL2(OnnxValue a, params ReadOnlySpan<long> axes) => Node("ReduceL2", [a, Vector(axes)]);

    /// <summary>Zeros before the first element of <paramref name="axis"/> of three.</summary>
    public OnnxValue PadFront(OnnxValue a, long axis, long count)
    {
        var pads = new long[6];
        pads[axis] = count;
        return Node("Pad", [a, Vector(pads)]);
    }

    /// <summary>Ones behind the last element of the last of three dimensions.</summary>
    public OnnxValue PadOnes(OnnxValue a, long count) => Node("Pad", [a, Vector(0, 0, 0, 0, 0, count), Cast(Constant<float>([1f]), a.Type)]);

    /// <summary>Normalises the last dimension to mean 0 and deviation 1, then scales and shifts it.</summary>
    public OnnxValue LayerNormalization(OnnxValue a, OnnxValue scale, OnnxValue bias, float epsilon) =>
        Node("LayerNormalization", [a, scale, bias], [Attribute("epsilon", epsilon)]);

    /// <summary>Elementwise magnitude.</summary>
    public OnnxValue Abs(OnnxValue a) => Node("Abs", [a]);

    /// <summary>Largest element over <paramref name="axes"/>, which stay with length 1.</summary>
    public OnnxValue ReduceMax(OnnxValue a, params ReadOnlySpan<long> axes) => Node("ReduceMax", [a, Vector(axes)]);

    /// <summary>Rounds <c>a / scale</c> to uint8 around <paramref name="zero"/>.</summary>
    public OnnxValue QuantizeLinear(OnnxValue a, OnnxValue scale, OnnxValue zero) => Node("QuantizeLinear", [a, scale, zero], type: ElementType.Uint8);

    private OnnxValue Vector(params ReadOnlySpan<long> values) => Constant(values, values.Length);

    private OnnxValue Same(string op, OnnxValue a, OnnxValue b) => a.Type == b.Type
        ? Node(op, [a, b])
        : throw new ArgumentException($"{op} of {a.Type} ({a.Name}) and {b.Type} ({b.Name}): cast one of them", nameof(b));
}
