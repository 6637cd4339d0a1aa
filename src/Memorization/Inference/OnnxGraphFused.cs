using Memorization.Inference.Onnx;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Inference;

// ONNX Runtime's own fused operators, as its docs/ContribOperators.md defines them; each but QGemm has a CPU
// and a CUDA kernel in float32 and float16.
internal sealed partial class OnnxGraph
{
    /// <summary>Multi-head self-attention with the projections to query, key and value in it.</summary>
    /// <param name="a">(batch, sequence, width).</param>
    /// <param name="weights">(width, 3·width): query, key and value.</param>
    /// <param name="bias">(3·width).</param>
    /// <param name="heads">Into how many parts each width is cut.</param>
    /// <param name="causal">Whether a place sees only itself and those before it.</param>
    public OnnxValue Attention(OnnxValue a, OnnxValue weights, OnnxValue bias, int heads, bool causal) =>
        Fused("Attention", [a, weights, bias], Attribute("num_heads", heads), Attribute("unidirectional", causal ? 1 : 0));

    /// <summary>Multi-head attention over projections that are computed already.</summary>
    /// <param name="query">(batch, sequence, width).</param>
    /// <param name="key">(batch, sequence, width).</param>
    /// <param name="value">(batch, sequence, width).</param>
    /// <param name="bias">(3·width), added to the three.</param>
    /// <param name="heads">Into how many parts each width is cut.</param>
    /// <param name="causal">Whether a place sees only itself and those before it.</param>
    public OnnxValue MultiHeadAttention(OnnxValue query, OnnxValue key, OnnxValue value, OnnxValue bias, int heads, bool causal) =>
        Fused("MultiHeadAttention", [query, key, value, bias], Attribute("num_heads", heads), Attribute("unidirectional", causal ? 1 : 0));

    /// <summary>A product of 8-bit matrices as float32: <c>scaleA·scaleB·((a − zeroA)·b + bias)</c>. CPU only.</summary>
    /// <param name="a">uint8 (rows, inner).</param>
    /// <param name="scaleA">One number.</param>
    /// <param name="zeroA">uint8, one number.</param>
    /// <param name="b">int8 (inner, columns).</param>
    /// <param name="scaleB">(columns).</param>
    /// <param name="bias">int32 (columns).</param>
    public OnnxValue QGemm(OnnxValue a, OnnxValue scaleA, OnnxValue zeroA, OnnxValue b, OnnxValue scaleB, ReadOnlySpan<int> bias)
    {
        var zeroB = Constant<sbyte>(new sbyte[bias.Length], bias.Length);
        return Node("QGemm", [a, scaleA, zeroA, b, scaleB, zeroB, Constant(bias, bias.Length)], type: ElementType.Float, domain: ContribDomain);
    }

    /// <summary>LayerNormalization of <c>sum = a + skip + bias</c>; both are given.</summary>
    /// <param name="a">(batch, sequence, width) or (tokens, width).</param>
    /// <param name="skip">The same, or (1, sequence, width).</param>
    /// <param name="scale">(width).</param>
    /// <param name="shift">(width).</param>
    /// <param name="bias">(width); null for none.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public (OnnxValue Normalized, OnnxValue Sum) SkipLayerNormalization(OnnxValue a, OnnxValue skip, OnnxValue scale, OnnxValue shift, OnnxValue? bias, float epsilon)
    {
        ReadOnlySpan<OnnxValue> inputs = bias is { } b ? [a, skip, scale, shift, b] : [a, skip, scale, shift];
        var outputs = Nodes("SkipLayerNormalization", inputs, [Attribute("epsilon", epsilon)], null, ContribDomain, 0, 3);
        return (outputs[0], outputs[1]);
    }

    /// <summary>x·σ(1.702·x).</summary>
    public OnnxValue QuickGelu(OnnxValue a) => Fused("QuickGelu", [a], Attribute("alpha", 1.702f));

    /// <summary>GELU of a + bias by the error function, as torch's <c>gelu</c> without approximation.</summary>
    public OnnxValue BiasGelu(OnnxValue a, OnnxValue bias) => Fused("BiasGelu", [a, bias]);

    private OnnxValue Fused(string op, ReadOnlySpan<OnnxValue> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Node(op, inputs, attributes, domain: ContribDomain);
}
