using Memorization.Embedding;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Clip;

/// <summary>What both towers are made of: constants from the weights in the tower's precision, and transformer layers.</summary>
/// <remarks>
/// Between layers the tokens are a matrix (tokens, width), so that every linear map is one Gemm. Float16, which is for GPUs, takes the operators that
/// fuse the most; on a CPU SkipLayerNormalization takes seven times as long as the two operators it replaces (results/clip-cpu.md of the benchmarks).
/// Each tensor is read, converted, written and forgotten: memory holds one at a time.
/// </remarks>
internal sealed class TowerBuilder(OnnxGraph graph, ClipWeights weights, Transformer transformer, string layers, ModelPrecision precision)
{
    private readonly int _width = transformer.Width;
    private readonly float _epsilon = (float)transformer.Epsilon;
    private readonly Int8Maps? _int8 = precision == ModelPrecision.Int8 ? new(graph) : null;

    /// <summary>The graph that is built.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>Type of the values between operators.</summary>
    public ElementType Type => precision == ModelPrecision.Float16 ? ElementType.Float16 : ElementType.Float;

    /// <summary>A tensor of the weights in its own shape.</summary>
    public OnnxValue Weight(string name, params ReadOnlySpan<long> shape) => Constant(weights.Read(name, shape), shape);

    /// <summary>Numbers as a constant of the tower's type.</summary>
    public OnnxValue Constant(float[] values, params ReadOnlySpan<long> shape) => Type == ElementType.Float16
        ? graph.Constant<Half>(Array.ConvertAll(values, value => (Half)value), shape)
        : graph.Constant<float>(values, shape);

    /// <summary>All layers.</summary>
    /// <param name="normalized">The tokens after the first layer's first normalisation, (batch, sequence, width).</param>
    /// <param name="residual">The tokens before it.</param>
    /// <param name="causal">Whether a token sees only itself and those before it.</param>
    /// <param name="pick">Takes from (batch, sequence, width) the one token of each row that gives the embedding, (batch, width).</param>
    /// <returns>The chosen tokens after the last layer, (batch, width).</returns>
    public OnnxValue Layers(OnnxValue normalized, OnnxValue residual, bool causal, Func<OnnxValue, OnnxValue> pick)
    {
        var shape = graph.Shape(normalized);
        (normalized, residual) = (Flat(normalized), Flat(residual));
        for (var i = 0; ; i++)
        {
            var layer = $"{layers}.{i}";
            var attended = Attention(normalized, shape, $"{layer}.self_attn", causal);
            var last = i == transformer.Layers - 1;
            // Of the last layer's output only the chosen tokens are read; nine of its twelve matrix products of width² need not be computed for the others.
            (attended, residual) = last ? (pick(attended), pick(graph.Reshape(residual, shape))) : (Flat(attended), residual);
            (normalized, residual) = Sum(attended, $"{layer}.self_attn.out_proj", _width, residual, $"{layer}.layer_norm2");
            var inner = Activation(normalized, last ? null : shape, $"{layer}.mlp.fc1");
            if (last) return graph.Add(Biased(inner, $"{layer}.mlp.fc2", transformer.Inner, _width), residual);
            (normalized, residual) = Sum(inner, $"{layer}.mlp.fc2", transformer.Inner, residual, $"{layers}.{i + 1}.layer_norm1");
        }
    }

    /// <summary>The chosen tokens as embeddings: normalised, projected, and brought to length 1, in float32.</summary>
    public void Embed(OnnxValue tokens, string norm, string projection, int dimension, string output)
    {
        var normalized = graph.LayerNormalization(
            graph.Cast(tokens, ElementType.Float), Float($"{norm}.weight", _width), Float($"{norm}.bias", _width), _epsilon);
        var projected = graph.MatMul(normalized, graph.Constant<float>(Transposed(weights.Read(projection, dimension, _width), dimension), _width, dimension));
        graph.Output(output, graph.Div(projected, graph.ReduceL2(projected, 1)), "batch", dimension);
    }

    /// <summary>The normalisation of a sum, and the sum.</summary>
    public (OnnxValue Normalized, OnnxValue Sum) Sum(OnnxValue a, OnnxValue residual, string norm, string? bias = null)
    {
        OnnxValue scale = Weight($"{norm}.weight", _width), shift = Weight($"{norm}.bias", _width);
        if (precision == ModelPrecision.Float16) return graph.SkipLayerNormalization(a, residual, scale, shift, bias is null ? null : Weight(bias, _width), _epsilon);
        var sum = graph.Add(bias is null ? a : graph.Add(a, Weight(bias, _width)), residual);
        return (graph.LayerNormalization(sum, scale, shift, _epsilon), sum);
    }

    /// <summary>A layer normalisation.</summary>
    public OnnxValue Normalize(OnnxValue a, string norm) =>
        graph.LayerNormalization(a, Weight($"{norm}.weight", _width), Weight($"{norm}.bias", _width), _epsilon);

    // The same for the sum of a linear map and what went round it.
    private (OnnxValue Normalized, OnnxValue Sum) Sum(OnnxValue tokens, string map, int inputs, OnnxValue residual, string norm) => precision == ModelPrecision.Float16
        ? Sum(Linear(tokens, map, inputs, _width), residual, norm, $"{map}.bias")
        : Sum(Biased(tokens, map, inputs, _width), residual, norm);

    private OnnxValue Float(string name, params ReadOnlySpan<long> shape) => graph.Constant<float>(weights.Read(name, shape), shape);

    private OnnxValue Flat(OnnxValue tokens) => graph.Reshape(tokens, -1, _width);

    // (tokens, width) → (batch, sequence, width), the shape given.
    private OnnxValue Attention(OnnxValue tokens, OnnxValue shape, string name, bool causal)
    {
        string[] maps = [$"{name}.q_proj", $"{name}.k_proj", $"{name}.v_proj"];
        var bias = Constant([.. maps.SelectMany(map => weights.Read($"{map}.bias", _width))], 3 * _width);
        if (precision != ModelPrecision.Float16)
        {
            var rows = _int8?.Quantize(tokens);
            OnnxValue[] all = [.. maps.Select(map => graph.Reshape(rows is { } some
                ? _int8!.Multiply(some, weights.Read($"{map}.weight", _width, _width), _width)
                : Linear(tokens, map, _width, _width), shape))];
            return graph.MultiHeadAttention(all[0], all[1], all[2], bias, transformer.Heads, causal);
        }

        // (width, 3·width): query, key and value side by side.
        var packed = new float[3 * _width * _width];
        for (var map = 0; map < 3; map++) Transpose(weights.Read($"{maps[map]}.weight", _width, _width), _width, packed, map * _width, 3 * _width);
        return graph.Attention(graph.Reshape(tokens, shape), Constant(packed, _width, 3 * _width), bias, transformer.Heads, causal);
    }

    // The shape is (batch, sequence, width) if the tokens are that many.
    private OnnxValue Activation(OnnxValue tokens, OnnxValue? shape, string name)
    {
        if (transformer.Activation == Transformer.Gelu)
            return graph.BiasGelu(Linear(tokens, name, _width, transformer.Inner), Weight($"{name}.bias", transformer.Inner));
        return graph.QuickGelu(precision == ModelPrecision.Float16 && shape is { } all
            ? BiasedByOnes(tokens, all, name)
            : Biased(tokens, name, _width, transformer.Inner));
    }

    // CUDA's Gemm fills the output with the bias first, by a product of inner length 1, and then reads it again: nearly as long as the product itself takes.
    // A column of ones for the bias costs half of that, and seven more keep the rows aligned.
    private OnnxValue BiasedByOnes(OnnxValue tokens, OnnxValue shape, string name)
    {
        const int Ones = 8;
        float[] weight = weights.Read($"{name}.weight", transformer.Inner, _width), bias = weights.Read($"{name}.bias", transformer.Inner);
        var wide = new float[transformer.Inner * (_width + Ones)];
        for (var row = 0; row < transformer.Inner; row++)
        {
            weight.AsSpan(row * _width, _width).CopyTo(wide.AsSpan(row * (_width + Ones)));
            wide[row * (_width + Ones) + _width] = bias[row];
        }

        var padded = graph.Reshape(graph.PadOnes(graph.Reshape(tokens, shape), Ones), -1, _width + Ones);
        return graph.Gemm(padded, Constant(wide, transformer.Inner, _width + Ones), null, transposeB: true);
    }

    private OnnxValue Biased(OnnxValue tokens, string name, int inputs, int outputs)
    {
        var bias = Weight($"{name}.bias", outputs);
        return _int8 is null ? Gemm(tokens, name, inputs, outputs, bias) : graph.Add(Linear(tokens, name, inputs, outputs), bias);
    }

    // Without its bias.
    private OnnxValue Linear(OnnxValue tokens, string name, int inputs, int outputs) => _int8 is null
        ? Gemm(tokens, name, inputs, outputs, null)
        : _int8.Multiply(_int8.Quantize(tokens), weights.Read($"{name}.weight", outputs, inputs), outputs);

    private OnnxValue Gemm(OnnxValue tokens, string name, int inputs, int outputs, OnnxValue? bias) =>
        graph.Gemm(tokens, Weight($"{name}.weight", outputs, inputs), bias, transposeB: true);

    private static float[] Transposed(float[] matrix, int rows)
    {
        var transposed = new float[matrix.Length];
        Transpose(matrix, rows, transposed, 0, rows);
        return transposed;
    }

    // Row r of the matrix becomes column start + r of the target.
    private static void Transpose(ReadOnlySpan<float> matrix, int rows, Span<float> target, int start, int stride)
    {
        var columns = matrix.Length / rows;
        for (var row = 0; row < rows; row++)
        {
            var source = matrix.Slice(row * columns, columns);
            for (var column = 0; column < columns; column++) target[column * stride + start + row] = source[column];
        }
    }
}
