namespace Memorization.Clip;

/// <summary>A tensor that a configuration asks for.</summary>
/// <param name="Name">Its name in transformers.</param>
/// <param name="Shape">Its dims.</param>
/// <param name="Mean">Of random weights.</param>
/// <param name="Std">Of random weights; as transformers initialises them where that is not zero.</param>
internal sealed record ClipTensor(string Name, IReadOnlyList<long> Shape, double Mean, double Std)
{
    /// <summary>How many numbers it has.</summary>
    public long Count => Shape.Aggregate(1L, (product, dim) => product * dim);
}

/// <summary>All tensors of a CLIP: what verifying looks for and what random weights are made of.</summary>
internal static class ClipTensors
{
    /// <summary>The natural logarithm of what cosines are multiplied by to compare prompts.</summary>
    public const string LogitScale = "logit_scale";

    // transformers starts biases at 0 and scales at 1, where a mistake with either would show nothing.
    private const double BiasStd = 0.02;

    /// <summary>Every tensor of the towers there are.</summary>
    public static IEnumerable<ClipTensor> All(ClipConfig config) =>
    [
        .. config is { Image: not null, Text: not null } ? [new ClipTensor(LogitScale, [], 2.6592, 0)] : Enumerable.Empty<ClipTensor>(),
        .. config.Text is { } text ? Text(text, config.Dimension) : [],
        .. config.Image is { } image ? Image(image, config.Dimension) : [],
    ];

    /// <summary>The image tower's.</summary>
    public static IEnumerable<ClipTensor> Image(ImageTowerConfig config, int dimension)
    {
        const string Model = "vision_model";
        long width = config.Transformer.Width, grid = config.Grid;
        return
        [
            new($"{Model}.embeddings.class_embedding", [width], 0, 1 / Math.Sqrt(width)),
            new($"{Model}.embeddings.patch_embedding.weight", [width, 3, config.Patch, config.Patch], 0, 0.02),
            new($"{Model}.embeddings.position_embedding.weight", [grid * grid + 1, width], 0, 0.02),
            .. Norm($"{Model}.pre_layrnorm", width),
            .. Layers($"{Model}.encoder.layers", config.Transformer),
            .. Norm($"{Model}.post_layernorm", width),
            new("visual_projection.weight", [dimension, width], 0, 1 / Math.Sqrt(width)),
        ];
    }

    /// <summary>The text tower's.</summary>
    public static IEnumerable<ClipTensor> Text(TextTowerConfig config, int dimension)
    {
        const string Model = "text_model";
        long width = config.Transformer.Width;
        return
        [
            new($"{Model}.embeddings.token_embedding.weight", [config.Vocabulary, width], 0, 0.02),
            new($"{Model}.embeddings.position_embedding.weight", [config.Context, width], 0, 0.02),
            .. Layers($"{Model}.encoder.layers", config.Transformer),
            .. Norm($"{Model}.final_layer_norm", width),
            new("text_projection.weight", [dimension, width], 0, 1 / Math.Sqrt(width)),
        ];
    }

    private static IEnumerable<ClipTensor> Layers(string layers, Transformer transformer)
    {
        long width = transformer.Width, inner = transformer.Inner;
        var (outer, into) = (1 / Math.Sqrt(width), 1 / Math.Sqrt(width * 2.0 * transformer.Layers));
        for (var i = 0; i < transformer.Layers; i++)
        {
            var layer = $"{layers}.{i}";
            IEnumerable<ClipTensor> tensors =
            [
                .. Norm($"{layer}.layer_norm1", width),
                .. Linear($"{layer}.self_attn.q_proj", width, width, outer),
                .. Linear($"{layer}.self_attn.k_proj", width, width, outer),
                .. Linear($"{layer}.self_attn.v_proj", width, width, outer),
                .. Linear($"{layer}.self_attn.out_proj", width, width, outer),
                .. Norm($"{layer}.layer_norm2", width),
                .. Linear($"{layer}.mlp.fc1", inner, width, 1 / Math.Sqrt(2.0 * width)),
                .. Linear($"{layer}.mlp.fc2", width, inner, into),
            ];
            foreach (var tensor in tensors) yield return tensor;
        }
    }

    private static IEnumerable<ClipTensor> Norm(string name, long width) =>
        [new($"{name}.weight", [width], 1, BiasStd), new($"{name}.bias", [width], 0, BiasStd)];

    private static IEnumerable<ClipTensor> Linear(string name, long outputs, long inputs, double std) =>
        [new($"{name}.weight", [outputs, inputs], 0, std), new($"{name}.bias", [outputs], 0, BiasStd)];
}
