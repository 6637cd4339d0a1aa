using Memorization.Embedding;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Clip;

/// <summary>CLIP's image tower: uint8 (batch, side, side, 3) → float32 (batch, dimension), L2-normalised.</summary>
internal static class ImageTower
{
    public const string Input = "pixels";
    public const string Output = "image_embeds";

    private const string Model = "vision_model";
    private const string Embeddings = $"{Model}.embeddings";

    // Weights divided by 255·std would fall among float16's subnormals; the product is multiplied by 1/64 in float32, before it is rounded.
    private const float PatchScale = 64;

    /// <summary>The tensors that the tower is made of.</summary>
    public static bool Owns(string tensor) => tensor.StartsWith(Model + ".", StringComparison.Ordinal) || tensor.StartsWith("visual_projection.", StringComparison.Ordinal);

    /// <summary>Builds the graph.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or of another shape.</exception>
    public static void Build(OnnxGraph graph, ClipWeights weights, ImageTowerConfig config, ClipPreprocessing preprocessing, int dimension, ModelPrecision precision)
    {
        var width = config.Transformer.Width;
        var tower = new TowerBuilder(graph, weights, config.Transformer, $"{Model}.encoder.layers", precision);
        var pixels = graph.Input(Input, ElementType.Uint8, "batch", config.Side, config.Side, 3);
        var (patches, positions) = Patches(tower, pixels, weights, config, preprocessing, precision);
        // A row of zeros takes the class token's place; its embedding is in the positions.
        var tokens = graph.PadFront(graph.Reshape(patches, -1, config.Grid * config.Grid, width), axis: 1, 1);
        var residual = tower.Sum(tokens, positions, $"{Model}.pre_layrnorm").Normalized;
        var normalized = tower.Normalize(residual, $"{Model}.encoder.layers.0.layer_norm1");
        var chosen = tower.Layers(normalized, residual, causal: false, all => graph.Reshape(graph.Slice(all, 1, 0, 1), -1, width));
        tower.Embed(chosen, $"{Model}.post_layernorm", "visual_projection.weight", dimension, Output);
    }

    // The patches are cut out and multiplied by the convolution's weights, one row each; cuDNN and MLAS both take longer for the convolution.
    // The normalisation is in the weights and the bias: w·((x / 255 − mean) / std) = (w / (255·std))·x − Σ w·mean / std.
    private static (OnnxValue Patches, OnnxValue Positions) Patches(
        TowerBuilder tower, OnnxValue pixels, ClipWeights weights, ImageTowerConfig config, ClipPreprocessing preprocessing, ModelPrecision precision)
    {
        int width = config.Transformer.Width, patch = config.Patch, grid = config.Grid, area = patch * patch, inputs = 3 * area;
        var convolution = weights.Read($"{Embeddings}.patch_embedding.weight", width, 3, patch, patch);
        var scale = precision == ModelPrecision.Int8 ? 1 : PatchScale;
        var folded = new float[convolution.Length];
        var bias = new float[width];
        for (var output = 0; output < width; output++)
        {
            var sum = 0.0;
            for (var channel = 0; channel < 3; channel++)
            {
                for (var place = 0; place < area; place++)
                {
                    var weight = convolution[(output * 3 + channel) * area + place] / preprocessing.Std[channel];
                    folded[output * inputs + place * 3 + channel] = (float)(weight / 255 * scale);
                    sum -= weight * preprocessing.Mean[channel];
                }
            }

            bias[output] = (float)sum;
        }

        var graph = tower.Graph;
        var positions = weights.Read($"{Embeddings}.position_embedding.weight", config.Tokens, width);
        var token = weights.Read($"{Embeddings}.class_embedding", width);
        for (var i = 0; i < width; i++) positions[i] += token[i];
        if (tower.Type == ElementType.Float16)
        {
            // What rounding took from the bias; it is too small to be lost again in the sum.
            for (var i = width; i < positions.Length; i++) positions[i] += bias[i % width] - (float)(Half)bias[i % width];
        }

        var cut = graph.Transpose(graph.Reshape(pixels, 0, grid, patch, grid, patch * 3), 0, 1, 3, 2, 4);
        var rows = graph.Reshape(cut, -1, inputs);
        var product = precision == ModelPrecision.Int8
            ? new Int8Maps(graph).MultiplyPixels(rows, folded, bias)
            : graph.Gemm(graph.Cast(rows, tower.Type), tower.Constant(folded, width, inputs), tower.Constant(bias, width), transposeB: true, alpha: 1 / PatchScale);
        return (product, tower.Constant(positions, 1, config.Tokens, width));
    }
}
