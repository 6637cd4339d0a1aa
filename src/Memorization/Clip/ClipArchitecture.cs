using Memorization.Captions;

namespace Memorization.Clip;

/// <summary>A published size of CLIP.</summary>
/// <param name="Name">OpenAI's name for it.</param>
/// <param name="ImageSide">Pixels on each side of an image.</param>
/// <param name="Patch">Pixels on each side of a patch.</param>
/// <param name="ImageWidth">Numbers per patch.</param>
/// <param name="ImageLayers">Layers of the image tower; heads are 64 wide and layers four times as wide inside.</param>
/// <param name="TextWidth">Numbers per token.</param>
/// <param name="TextLayers">Layers of the text tower.</param>
/// <param name="Dimension">Numbers per embedding.</param>
public sealed record ClipArchitecture(string Name, int ImageSide, int Patch, int ImageWidth, int ImageLayers, int TextWidth, int TextLayers, int Dimension)
{
    private const int HeadWidth = 64;

    /// <summary>The sizes that OpenAI published as vision transformers, and one for tests.</summary>
    public static IReadOnlyList<ClipArchitecture> Known { get; } =
    [
        new("ViT-B/32", 224, 32, 768, 12, 512, 12, 512),
        new("ViT-B/16", 224, 16, 768, 12, 512, 12, 512),
        new("ViT-L/14", 224, 14, 1024, 24, 768, 12, 768),
        new("ViT-L/14-336", 336, 14, 1024, 24, 768, 12, 768),
        new("tiny", 224, 32, 64, 2, 64, 2, 32),
    ];

    /// <summary>Parameters of the image tower, projection included.</summary>
    public long ImageParameters => Count(ClipTensors.Image(Configuration.Image!, Dimension));

    /// <summary>Parameters of the text tower, projection included.</summary>
    public long TextParameters => Count(ClipTensors.Text(Configuration.Text!, Dimension));

    /// <summary>The same as a configuration.</summary>
    internal ClipConfig Configuration => new(
        new ImageTowerConfig(Layers(ImageWidth, ImageLayers), ImageSide, Patch),
        new TextTowerConfig(Layers(TextWidth, TextLayers), TextTowerConfig.ClipVocabulary, TextTowerConfig.ClipContext, ClipTokenizer.EndId),
        Dimension);

    private static Transformer Layers(int width, int layers) => new(width, layers, width / HeadWidth, 4 * width, Transformer.QuickGelu, 1e-5);

    private static long Count(IEnumerable<ClipTensor> tensors) => tensors.Sum(tensor => tensor.Count);
}
