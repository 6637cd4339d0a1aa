using System.Globalization;
using Memorization.Embedding;

namespace Memorization.Clip;

/// <summary>A CLIP as Hugging Face lays it out: config.json, preprocessor_config.json, the weights as safetensors, the tokenizer.</summary>
/// <remarks>Not thread-safe: open, build, dispose. What it builds does not need it any more.</remarks>
internal sealed class ClipFolder : IDisposable
{
    /// <summary>Where built models are kept if nothing else is said: a folder in the model's own.</summary>
    public const string CacheName = ".memorization";

    private readonly string _path;

    /// <summary>Opens a folder.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken; the message names it and what is wrong.</exception>
    public ClipFolder(string path)
    {
        _path = path;
        Config = ClipConfig.Read(path);
        Preprocessing = ClipPreprocessing.Read(path, Config.Image?.Side ?? 224);
        Weights = new ClipWeights(path);
    }

    /// <summary>What config.json says.</summary>
    public ClipConfig Config { get; }

    /// <summary>What preprocessor_config.json says.</summary>
    public ClipPreprocessing Preprocessing { get; }

    /// <summary>The tensors.</summary>
    public ClipWeights Weights { get; }

    /// <summary>Whether a folder holds weights, rather than ONNX models.</summary>
    public static bool HasWeights(string path) => File.Exists(Path.Combine(path, ClipWeights.FileName)) || File.Exists(Path.Combine(path, ClipWeights.IndexName));

    /// <summary>The image tower as an ONNX model.</summary>
    /// <exception cref="InvalidDataException">There is none, or a tensor is missing or of another shape.</exception>
    public TowerFile Image(ModelPrecision precision, string? cache)
    {
        var config = Config.Image ?? throw new InvalidDataException($"{_path} has no image tower");
        var identity = string.Create(CultureInfo.InvariantCulture, $"{config} {Config.Dimension} {Preprocessing} {precision}");
        return TowerFile.FindOrBuild("image", Cache(cache), identity, Weights, ImageTower.Owns,
            graph => ImageTower.Build(graph, Weights, config, Preprocessing, Config.Dimension, precision));
    }

    /// <summary>The text tower as an ONNX model.</summary>
    /// <exception cref="InvalidDataException">There is none, or a tensor is missing or of another shape.</exception>
    public TowerFile Text(ModelPrecision precision, string? cache)
    {
        var config = Config.Text ?? throw new InvalidDataException($"{_path} has no text tower");
        var identity = string.Create(CultureInfo.InvariantCulture, $"{config} {Config.Dimension} {precision}");
        return TowerFile.FindOrBuild("text", Cache(cache), identity, Weights, TextTower.Owns,
            graph => TextTower.Build(graph, Weights, config, Config.Dimension, precision));
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private string Cache(string? cache) => cache ?? Path.Combine(_path, CacheName);
}
