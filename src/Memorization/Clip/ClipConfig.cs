using Memorization.Captions;

namespace Memorization.Clip;

/// <summary>What both towers of a CLIP have: a transformer whose layers normalise first.</summary>
/// <param name="Width">Numbers per token.</param>
/// <param name="Layers">How many.</param>
/// <param name="Heads">Into how many parts attention cuts the width.</param>
/// <param name="Inner">Numbers per token inside a layer's two linear maps.</param>
/// <param name="Activation">"quick_gelu" (OpenAI's weights) or "gelu" (OpenCLIP's).</param>
/// <param name="Epsilon">Added to the variance by every layer normalisation.</param>
internal sealed record Transformer(int Width, int Layers, int Heads, int Inner, string Activation, double Epsilon)
{
    public const string QuickGelu = "quick_gelu";
    public const string Gelu = "gelu";
}

/// <summary>The tower that embeds images.</summary>
/// <param name="Transformer">Its layers.</param>
/// <param name="Side">Pixels on each side of an image.</param>
/// <param name="Patch">Pixels on each side of a patch; divides <paramref name="Side"/>.</param>
internal sealed record ImageTowerConfig(Transformer Transformer, int Side, int Patch)
{
    /// <summary>Patches on each side of an image.</summary>
    public int Grid => Side / Patch;

    /// <summary>Patches and the class token.</summary>
    public int Tokens => Grid * Grid + 1;
}

/// <summary>The tower that embeds captions.</summary>
/// <param name="Transformer">Its layers.</param>
/// <param name="Vocabulary">How many token ids there are.</param>
/// <param name="Context">The most ids of one caption.</param>
/// <param name="EndId">The id whose first place gives the embedding; 2 stands for the largest id, as transformers takes it from older files.</param>
internal sealed record TextTowerConfig(Transformer Transformer, int Vocabulary, int Context, int EndId)
{
    public const int ClipVocabulary = 49_408;
    public const int ClipContext = 77;
}

/// <summary>A config.json of transformers: model_type clip, clip_vision_model or clip_text_model.</summary>
/// <param name="Image">Null if the model has no image tower.</param>
/// <param name="Text">Null if the model has no text tower.</param>
/// <param name="Dimension">Numbers per embedding.</param>
internal sealed record ClipConfig(ImageTowerConfig? Image, TextTowerConfig? Text, int Dimension)
{
    public const string FileName = "config.json";

    private const string Both = "clip", ImageOnly = "clip_vision_model", TextOnly = "clip_text_model";
    private const int MaxWidth = 16_384;

    /// <summary>Reads a folder's config.json; what it leaves out has transformers' defaults.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is not a CLIP's, or a value is out of its range; the message names the key.</exception>
    public static ClipConfig Read(string folder)
    {
        var root = JsonGroup.Read(Path.Combine(folder, FileName));
        var type = root.Text("model_type", "", Both, ImageOnly, TextOnly);
        if (type.Length == 0) throw new InvalidDataException($"{root.Path} has no model_type; it must be {Both}, {ImageOnly} or {TextOnly}");
        return new ClipConfig(
            type == TextOnly ? null : ImageOf(Tower(root, "vision_config", type)),
            type == ImageOnly ? null : TextOf(Tower(root, "text_config", type)),
            root.Integer("projection_dim", 512, 1, MaxWidth));
    }

    // The files of 2021 to 2022 repeat a tower's values under the key with _dict, whose word counts.
    private static IReadOnlyList<JsonGroup> Tower(JsonGroup root, string key, string type) =>
        root.Group(key) is { } tower ? [.. new[] { root.Group($"{key}_dict"), tower }.OfType<JsonGroup>()]
        : type == Both ? throw new InvalidDataException($"{root.Path} has no {key}")
        : [root];

    private static ImageTowerConfig ImageOf(IReadOnlyList<JsonGroup> groups)
    {
        var side = Integer(groups, "image_size", 224, 1, 4096);
        var patch = Integer(groups, "patch_size", 32, 1, 4096);
        if (side % patch != 0) throw new InvalidDataException($"{groups[0].Path}: patch_size {patch} must divide image_size {side}");
        if (Integer(groups, "num_channels", 3, 1, 1024) != 3) throw new InvalidDataException($"{groups[0].Path}: num_channels must be 3");
        return new ImageTowerConfig(Layers(groups, 768, 12, 3072), side, patch);
    }

    private static TextTowerConfig TextOf(IReadOnlyList<JsonGroup> groups) => new(
        Layers(groups, 512, 8, 2048),
        Integer(groups, "vocab_size", TextTowerConfig.ClipVocabulary, 1, 1 << 20),
        Integer(groups, "max_position_embeddings", TextTowerConfig.ClipContext, 2, 4096),
        Integer(groups, "eos_token_id", ClipTokenizer.EndId, 0, 1 << 20));

    private static Transformer Layers(IReadOnlyList<JsonGroup> groups, int width, int heads, int inner)
    {
        var layers = new Transformer(
            Integer(groups, "hidden_size", width, 1, MaxWidth),
            Integer(groups, "num_hidden_layers", 12, 1, 256),
            Integer(groups, "num_attention_heads", heads, 1, 256),
            Integer(groups, "intermediate_size", inner, 1, 8 * MaxWidth),
            Of(groups, "hidden_act").Text("hidden_act", Transformer.QuickGelu, Transformer.QuickGelu, Transformer.Gelu),
            Of(groups, "layer_norm_eps").Number("layer_norm_eps", 1e-5, 1e-12, 0.1));
        return layers.Width % layers.Heads == 0
            ? layers
            : throw new InvalidDataException($"{groups[0].Path}: num_attention_heads {layers.Heads} must divide hidden_size {layers.Width}");
    }

    private static int Integer(IReadOnlyList<JsonGroup> groups, string key, int absent, int minimum, int maximum) =>
        Of(groups, key).Integer(key, absent, minimum, maximum);

    private static JsonGroup Of(IReadOnlyList<JsonGroup> groups, string key) => groups.FirstOrDefault(group => group.Find(key) is not null, groups[^1]);
}
