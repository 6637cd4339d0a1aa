using System.Globalization;
using Memorization.Embedding;

namespace Memorization.Clip;

/// <summary>A CLIP as Hugging Face lays it out: config.json, preprocessor_config.json, the weights as safetensors, the tokenizer.</summary>
/// <remarks>Not thread-safe: open, build, dispose. What it builds does not need it any more.</remarks>
public sealed class ClipFolder : IDisposable
{
    /// <summary>Where built models are kept if nothing else is said: a folder in the model's own.</summary>
    public const string CacheName = ".memorization";

    /// <summary>OpenAI trained the scale up to this limit.</summary>
    internal const double DefaultLogitScale = 100;

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

    /// <summary>The folder's own name.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_path)));

    /// <summary>What cosines are multiplied by before prompts are compared by softmax; a model without the tensor has OpenAI's 100.</summary>
    /// <exception cref="InvalidDataException">The tensor is not one number.</exception>
    public double LogitScale => Weights.Find(ClipTensors.LogitScale) is null ? DefaultLogitScale : Math.Exp(Weights.Read(ClipTensors.LogitScale)[0]);

    /// <summary>Whether there is an image tower.</summary>
    public bool HasImages => Config.Image is not null;

    /// <summary>Whether there is a text tower.</summary>
    public bool HasText => Config.Text is not null;

    /// <summary>What config.json says.</summary>
    internal ClipConfig Config { get; }

    /// <summary>What preprocessor_config.json says.</summary>
    internal ClipPreprocessing Preprocessing { get; }

    /// <summary>The tensors.</summary>
    internal ClipWeights Weights { get; }

    /// <summary>Whether a folder holds weights, rather than ONNX models.</summary>
    public static bool HasWeights(string path) => File.Exists(Path.Combine(path, ClipWeights.FileName)) || File.Exists(Path.Combine(path, ClipWeights.IndexName));

    /// <summary>An exported tower in a folder, or in its folder onnx.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    internal static string Export(string path, string name) => Exports(path, name).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"{path} has neither {ClipWeights.FileName} nor {name}: name the folder of a CLIP, or write one with `memorization model random`", Exports(path, name)[0]);

    /// <summary>Whether there is such a tower.</summary>
    internal static bool HasExport(string path, string name) => Exports(path, name).Any(File.Exists);

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

    /// <summary>Reads every tensor that the configuration asks for, and the vocabulary if there is a text tower.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape or type, or not finite, or the vocabulary is not CLIP's.</exception>
    public ClipContents Check()
    {
        var tensors = ClipTensors.All(Config).ToList();
        foreach (var tensor in tensors) Weights.Read(tensor.Name, [.. tensor.Shape]);
        if (Config.Text is { } text) FolderVocabulary.Check(_path, text.Vocabulary);
        var types = tensors.CountBy(tensor => Weights.Find(tensor.Name)!.Type).ToDictionary();
        // Files of 2021 to 2022 also hold the numbers 0, 1, 2… of the positions.
        string[] unused = [.. Weights.Names.Except(tensors.Select(tensor => tensor.Name)).Where(name => !name.EndsWith(".position_ids", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return new ClipContents(tensors.Count, tensors.Sum(tensor => tensor.Count), types, unused, Config.Image?.Side, HasText);
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static string[] Exports(string path, string name) => [Path.Combine(path, name), Path.Combine(path, "onnx", name)];

    private string Cache(string? cache) => cache ?? Path.Combine(_path, CacheName);
}

/// <summary>What a folder's weights were found to be.</summary>
/// <param name="Tensors">How many the configuration asks for; all are there.</param>
/// <param name="Parameters">Numbers in them.</param>
/// <param name="Types">Tensors by their type.</param>
/// <param name="Unused">Tensors that are there and not asked for.</param>
/// <param name="ImageSide">Pixels on each side of the image tower's images; null without one.</param>
/// <param name="HasText">Whether there is a text tower.</param>
public sealed record ClipContents(int Tensors, long Parameters, IReadOnlyDictionary<string, int> Types, IReadOnlyList<string> Unused, int? ImageSide, bool HasText);
