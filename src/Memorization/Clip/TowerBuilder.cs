using Memorization.Embedding;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Clip;

/// <summary>What both towers are made of: constants from the weights in the tower's precision, and transformer layers.</summary>
/// <remarks>
/// Between layers the tokens are a matrix (tokens, width), so that every linear map is one Gemm. The bias of the maps that end in a residual sum is
/// added by the layer normalisation that follows. Each tensor is read, converted, written and forgotten: memory holds one at a time.
/// </remarks>
internal sealed class TowerBuilder(OnnxGraph graph, ClipWeights weights, Transformer transformer, string layers, ModelPrecision precision)
{
    private readonly int _width = transformer.Width;
    private readonly float _epsilon = (float)transformer.Epsilon;

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

    /// <summary>Scale and shift of a layer normalisation.</summary>
    public (OnnxValue Scale, OnnxValue Shift) Norm(string name) => (Weight($"{name}.weight", _width), Weight($"{name}.bias", _width));

    /// <summary>All layers but the sum after the last: what is left is to add <c>Last</c> and its bias to <c>Residual</c> for the tokens that are wanted.</summary>
    /// <param name="normalized">The tokens after the first layer's first normalisation, (batch, sequence, width).</param>
    /// <param name="residual">The tokens before it.</param>
    /// <param name="causal">Whether a token sees only itself and those before it.</param>
    /// <param name="pick">Takes from (batch, sequence, width) the one token of each row that gives the embedding, (batch, width).</param>
    /// <returns>The chosen tokens after the last layer, (batch, width).</returns>
    public OnnxValue Layers(OnnxValue normalized, OnnxValue residual, bool causal, Func<OnnxValue, OnnxValue> pick)
    {
        var shape = graph.Shape(normalized);
        residual = Flat(residual);
        for (var i = 0; ; i++)
        {
            var layer = $"{layers}.{i}";
            var attended = Attention(normalized, $"{layer}.self_attn", causal);
            var last = i == transformer.Layers - 1;
            if (last)
            {
                // Only the chosen tokens go on: the other tokens' last output, linear maps of three quarters of a layer, is read by nobody.
                attended = pick(attended);
                residual = pick(graph.Reshape(residual, shape));
            }
            else
            {
                attended = Flat(attended);
            }

            (normalized, residual) = Sum(Linear(attended, $"{layer}.self_attn.out_proj", _width, _width), residual, $"{layer}.self_attn.out_proj.bias", $"{layer}.layer_norm2");
            var inner = Activation(normalized, $"{layer}.mlp.fc1");
            var outer = Linear(inner, $"{layer}.mlp.fc2", transformer.Inner, _width);
            if (last) return graph.Add(graph.Add(outer, Weight($"{layer}.mlp.fc2.bias", _width)), residual);
            (normalized, residual) = Sum(outer, residual, $"{layer}.mlp.fc2.bias", $"{layers}.{i + 1}.layer_norm1");
            normalized = graph.Reshape(normalized, shape);
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
    public (OnnxValue Normalized, OnnxValue Sum) Sum(OnnxValue a, OnnxValue residual, string? bias, string norm)
    {
        var (scale, shift) = Norm(norm);
        return graph.SkipLayerNormalization(a, residual, scale, shift, bias is null ? null : Weight(bias, _width), _epsilon);
    }

    private OnnxValue Float(string name, params ReadOnlySpan<long> shape) => graph.Constant<float>(weights.Read(name, shape), shape);

    private OnnxValue Flat(OnnxValue tokens) => graph.Reshape(tokens, -1, _width);

    private OnnxValue Attention(OnnxValue tokens, string name, bool causal)
    {
        // (width, 3·width) and (3·width): query, key and value side by side.
        var packed = new float[3L * _width * _width];
        var bias = new float[3 * _width];
        string[] maps = ["q_proj", "k_proj", "v_proj"];
        for (var map = 0; map < 3; map++)
        {
            Transpose(weights.Read($"{name}.{maps[map]}.weight", _width, _width), _width, packed, map * _width, 3 * _width);
            weights.Read($"{name}.{maps[map]}.bias", _width).CopyTo(bias, map * _width);
        }

        return graph.Attention(tokens, Constant(packed, _width, 3 * _width), Constant(bias, 3 * _width), transformer.Heads, causal);
    }

    private OnnxValue Activation(OnnxValue tokens, string name) => transformer.Activation == Transformer.Gelu
        ? graph.BiasGelu(Linear(tokens, name, _width, transformer.Inner), Weight($"{name}.bias", transformer.Inner))
        : graph.QuickGelu(graph.Gemm(tokens, Weight($"{name}.weight", transformer.Inner, _width), Weight($"{name}.bias", transformer.Inner), transposeB: true));

    // Without its bias.
    private OnnxValue Linear(OnnxValue tokens, string name, int inputs, int outputs) =>
        graph.Gemm(tokens, Weight($"{name}.weight", outputs, inputs), null, transposeB: true);

    private static float[] Transposed(float[] matrix, int rows)
    {
        var columns = matrix.Length / rows;
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
