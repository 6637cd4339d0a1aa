using Memorization.Embedding;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Clip;

/// <summary>CLIP's text tower: int32 token ids (batch, sequence) → float32 (batch, dimension), L2-normalised.</summary>
/// <remarks>
/// A token sees only those before it and the embedding is the end token's, so what stands after the end token does not matter, and a batch may be as
/// short as its longest caption.
/// </remarks>
internal static class TextTower
{
    public const string Input = "input_ids";
    public const string Output = "text_embeds";

    private const string Model = "text_model";

    /// <summary>The tensors that the tower is made of.</summary>
    public static bool Owns(string tensor) => tensor.StartsWith(Model + ".", StringComparison.Ordinal) || tensor.StartsWith("text_projection.", StringComparison.Ordinal);

    /// <summary>Builds the graph.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or of another shape.</exception>
    public static void Build(OnnxGraph graph, ClipWeights weights, TextTowerConfig config, int dimension, ModelPrecision precision)
    {
        var width = config.Transformer.Width;
        var tower = new TowerBuilder(graph, weights, config.Transformer, $"{Model}.encoder.layers", precision);
        var ids = graph.Input(Input, ElementType.Int32, "batch", "sequence");
        var length = graph.Shape(ids, 1, 2);
        var tokens = graph.Gather(tower.Weight($"{Model}.embeddings.token_embedding.weight", config.Vocabulary, width), 0, ids);
        var positions = graph.Slice(tower.Weight($"{Model}.embeddings.position_embedding.weight", config.Context, width), 0, length);
        var (normalized, residual) = tower.Sum(tokens, graph.Unsqueeze(positions, 0), $"{Model}.encoder.layers.0.layer_norm1");
        var end = graph.Unsqueeze(End(graph, ids, length, config), 1);
        var chosen = tower.Layers(normalized, residual, causal: true, all => graph.GatherRows(all, end));
        tower.Embed(chosen, $"{Model}.final_layer_norm", "text_projection.weight", dimension, Output);
    }

    // The place of the first end token, or of the first of the largest ids, as int64 (batch). Each place gets a score of its own, so that the answer
    // does not depend on which of several equal ones a runtime's ArgMax takes. Scores are whole or half numbers below 2^24: exact in float32.
    private static OnnxValue End(OnnxGraph graph, OnnxValue ids, OnnxValue length, TextTowerConfig config)
    {
        var places = graph.Slice(graph.Constant<float>([.. Enumerable.Range(0, config.Context).Select(i => (float)(config.Context - i))], config.Context), 0, length);
        if (config.EndId == 2)
        {
            var scaled = graph.Mul(graph.Cast(ids, ElementType.Float), graph.Constant<float>([config.Context + 1f]));
            return graph.ArgMax(graph.Add(scaled, places), 1);
        }

        // Without an end token transformers takes the first place.
        var first = graph.Slice(graph.Constant<float>([0.5f, .. new float[config.Context - 1]], config.Context), 0, length);
        var isEnd = graph.Cast(graph.Equal(ids, graph.Constant<int>([config.EndId])), ElementType.Float);
        return graph.ArgMax(graph.Add(graph.Mul(isEnd, places), first), 1);
    }
}
