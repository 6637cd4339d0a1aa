using Memorization.Clip;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Tests.Clip;

/// <summary>The towers as an exporter writes them, node by node and straight from the paper: a convolution, standard operators only, every token to the end.</summary>
internal sealed class PlainClip(OnnxGraph graph, ClipWeights weights, ClipConfig config)
{
    /// <summary>float32 (batch, 3, side, side), normalised already → image_embeds.</summary>
    public static byte[] Image(ClipWeights weights, ClipConfig config)
    {
        var graph = new OnnxGraph("plain-image");
        new PlainClip(graph, weights, config).Image();
        return graph.ToBytes();
    }

    /// <summary>int64 (batch, 77) → text_embeds.</summary>
    public static byte[] Text(ClipWeights weights, ClipConfig config)
    {
        var graph = new OnnxGraph("plain-text");
        new PlainClip(graph, weights, config).Text();
        return graph.ToBytes();
    }

    private void Image()
    {
        var tower = config.Image!;
        long width = tower.Transformer.Width, tokens = tower.Grid * tower.Grid;
        var pixels = graph.Input("pixel_values", ElementType.Float, "batch", 3, tower.Side, tower.Side);
        var patches = graph.Node("Conv", [pixels, Read("vision_model.embeddings.patch_embedding.weight", width, 3, tower.Patch, tower.Patch)],
            [OnnxGraph.Attribute("strides", tower.Patch, tower.Patch)]);
        var rows = graph.Transpose(graph.Reshape(patches, 0, width, tokens), 0, 2, 1);
        var expanded = graph.Node("Expand", [graph.Reshape(Read("vision_model.embeddings.class_embedding", width), 1, 1, width),
            graph.Concat(0, graph.Shape(pixels, 0, 1), graph.Constant<long>([1, width], 2))]);
        var h = graph.Add(graph.Concat(1, expanded, rows), Read("vision_model.embeddings.position_embedding.weight", tokens + 1, width));
        h = Layers(Norm(h, "vision_model.pre_layrnorm", tower.Transformer), "vision_model.encoder.layers", tower.Transformer, tokens + 1, null);
        var pooled = Norm(graph.Reshape(graph.Slice(h, 1, 0, 1), -1, width), "vision_model.post_layernorm", tower.Transformer);
        Output(pooled, "visual_projection.weight", width, ImageTower.Output);
    }

    private void Text()
    {
        var tower = config.Text!;
        long width = tower.Transformer.Width, length = tower.Context;
        var ids = graph.Input("input_ids", ElementType.Int64, "batch", length);
        var h = graph.Add(graph.Gather(Read("text_model.embeddings.token_embedding.weight", tower.Vocabulary, width), 0, ids),
            Read("text_model.embeddings.position_embedding.weight", length, width));
        var mask = new float[length * length];
        for (var i = 0; i < length; i++)
            for (var j = i + 1; j < length; j++) mask[i * length + j] = float.NegativeInfinity;
        h = Layers(h, "text_model.encoder.layers", tower.Transformer, length, graph.Constant<float>(mask, length, length));
        h = Norm(h, "text_model.final_layer_norm", tower.Transformer);
        var score = tower.EndId == 2 ? ids : graph.Cast(graph.Equal(ids, graph.Constant<long>([tower.EndId])), ElementType.Int32);
        Output(graph.GatherRows(h, graph.Unsqueeze(graph.ArgMax(score, 1), 1)), "text_projection.weight", width, TextTower.Output);
    }

    private OnnxValue Layers(OnnxValue h, string layers, Transformer transformer, long length, OnnxValue? mask)
    {
        long width = transformer.Width, heads = transformer.Heads, head = width / heads;
        for (var i = 0; i < transformer.Layers; i++)
        {
            var layer = $"{layers}.{i}";
            var n = Norm(h, $"{layer}.layer_norm1", transformer);
            var query = Heads(graph.Mul(Linear(n, $"{layer}.self_attn.q_proj", width, width), graph.Constant<float>([1 / MathF.Sqrt(head)])), 0, 2, 1, 3);
            var key = Heads(Linear(n, $"{layer}.self_attn.k_proj", width, width), 0, 2, 3, 1);
            var value = Heads(Linear(n, $"{layer}.self_attn.v_proj", width, width), 0, 2, 1, 3);
            var scores = graph.MatMul(query, key);
            if (mask is { } some) scores = graph.Add(scores, some);
            var attended = graph.MatMul(graph.Node("Softmax", [scores], [OnnxGraph.Attribute("axis", -1)]), value);
            h = graph.Add(h, Linear(graph.Reshape(graph.Transpose(attended, 0, 2, 1, 3), 0, length, width), $"{layer}.self_attn.out_proj", width, width));
            n = Linear(Norm(h, $"{layer}.layer_norm2", transformer), $"{layer}.mlp.fc1", width, transformer.Inner);
            n = transformer.Activation == Transformer.Gelu
                ? graph.Mul(graph.Mul(n, graph.Constant<float>([0.5f])), graph.Add(graph.Node("Erf", [graph.Div(n, graph.Constant<float>([MathF.Sqrt(2)]))]), graph.Constant<float>([1f])))
                : graph.Mul(n, graph.Node("Sigmoid", [graph.Mul(n, graph.Constant<float>([1.702f]))]));
            h = graph.Add(h, Linear(n, $"{layer}.mlp.fc2", transformer.Inner, width));
        }

        return h;

        OnnxValue Heads(OnnxValue values, params ReadOnlySpan<long> order) => graph.Transpose(graph.Reshape(values, 0, length, heads, head), order);
    }

    private void Output(OnnxValue pooled, string projection, long width, string name)
    {
        var projected = graph.MatMul(pooled, graph.Transpose(Read(projection, config.Dimension, width), 1, 0));
        graph.Output(name, graph.Div(projected, graph.ReduceL2(projected, 1)), "batch", config.Dimension);
    }

    private OnnxValue Norm(OnnxValue values, string name, Transformer transformer) =>
        graph.LayerNormalization(values, Read($"{name}.weight", transformer.Width), Read($"{name}.bias", transformer.Width), (float)transformer.Epsilon);

    private OnnxValue Linear(OnnxValue values, string name, long inputs, long outputs) =>
        graph.Add(graph.MatMul(values, graph.Transpose(Read($"{name}.weight", outputs, inputs), 1, 0)), Read($"{name}.bias", outputs));

    private OnnxValue Read(string name, params ReadOnlySpan<long> shape) => graph.Constant<float>(weights.Read(name, shape), shape);
}
