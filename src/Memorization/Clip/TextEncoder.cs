using System.Security.Cryptography;
using System.Text;
using Memorization.Captions;
using Memorization.Embedding;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Clip;

/// <summary>A CLIP's text tower with its tokenizer: captions to embeddings in the space of the images.</summary>
/// <remarks>
/// Thread-safe. Captions are cut to the context as transformers does (the start token, the first ids, the end token), and run together with others of
/// about their length: an embedding does not depend on which they are.
/// </remarks>
public sealed class TextEncoder : IDisposable
{
    // Sequences are as long as the longest caption, rounded up to this, so that a caption always has the same length whoever is with it.
    private const int LengthStep = 16;
    private const int BatchSize = 32;
    private const string MaskName = "attention_mask";

    private readonly OnnxSession _session;
    private readonly ClipTokenizer _tokenizer;
    private readonly OnnxPort _ids;
    private readonly OnnxPort _embeddings;
    private readonly OnnxPort? _mask;

    private TextEncoder(OnnxSession session, string name, string modelId, int context, double logitScale)
    {
        _session = session;
        _ids = session.Inputs.FirstOrDefault(port => port.Name == TextTower.Input && port.Type is ElementType.Int32 or ElementType.Int64 && port.Dims.Count == 2)
            ?? throw Unusable(name, $"of its inputs {string.Join("; ", session.Inputs)} none is {TextTower.Input}: Int64 (N, L)");
        _mask = session.Inputs.FirstOrDefault(port => port.Name == MaskName && port.Type == _ids.Type);
        if (session.Inputs.Count != (_mask is null ? 1 : 2)) throw Unusable(name, $"its inputs {string.Join("; ", session.Inputs)} are not {TextTower.Input} and perhaps {MaskName}");
        _embeddings = session.Outputs.FirstOrDefault(port => port.Name == TextTower.Output && port.Type == ElementType.Float && port.Dims.Count == 2)
            ?? throw Unusable(name, $"of its outputs {string.Join("; ", session.Outputs)} none is {TextTower.Output}: Float (N, D)");
        (ModelId, Context, LogitScale) = (modelId, (int?)_ids.Dims[1].Length ?? context, logitScale);
        Dimension = (int?)_embeddings.Dims[1].Length ?? Probe();
        _tokenizer = ClipTokenizer.Create();
    }

    /// <summary>SHA-256, 64 hexadecimal digits, over weights, configuration and precision.</summary>
    public string ModelId { get; }

    /// <summary>Numbers per embedding.</summary>
    public int Dimension { get; }

    /// <summary>The most ids of a caption; longer ones are cut.</summary>
    public int Context { get; }

    /// <summary>What cosines are multiplied by before prompts are compared: see <see cref="ZeroShot"/>.</summary>
    public double LogitScale { get; }

    /// <summary>Loads the text tower of the folder that the options name.</summary>
    /// <exception cref="FileNotFoundException">The folder, or a file in it, is missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken, there is no text tower, or the vocabulary is not CLIP's.</exception>
    /// <exception cref="NotSupportedException">The device is not there; the message says what to do.</exception>
    public static TextEncoder Open(ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Path is not { } path || !Directory.Exists(path))
            throw new FileNotFoundException($"{options.Path ?? ModelOptions.BuiltIn} has no text tower: name the folder of a CLIP");
        var threads = options.ThreadCount();
        if (!ClipFolder.HasWeights(path))
        {
            if (options.Precision != ModelPrecision.Float32) throw new InvalidDataException($"model.precision {options.Precision} is for folders with safetensors; {path} has ONNX models");
            var export = ClipFolder.Export(path, "text_model.onnx");
            FolderVocabulary.Check(path, TextTowerConfig.ClipVocabulary);
            return OnnxSession.Use(options.Devices().Take(1), device => OnnxSession.FromFile(export, threads, device), sessions => new TextEncoder(
                sessions[0], export, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', new OnnxFile(export).ContentHashes)))),
                TextTowerConfig.ClipContext, ClipFolder.DefaultLogitScale));
        }

        using var clip = new ClipFolder(path);
        var tower = clip.Text(options.Precision, options.Cache);
        FolderVocabulary.Check(path, clip.Config.Text!.Vocabulary);
        return OnnxSession.Use(options.Devices().Take(1), device => OnnxSession.FromFile(tower.Path, threads, device, clip.Config.Text!.Context), sessions => new TextEncoder(
            sessions[0], clip.Name, tower.ModelId, clip.Config.Text.Context, clip.LogitScale));
    }

    /// <summary>The captions' token ids, start and end token included, cut to <see cref="Context"/> and not padded.</summary>
    public int[] Ids(string caption)
    {
        var ids = _tokenizer.Encode(caption);
        return ids.Count <= Context ? [.. ids] : [.. ids.Take(Context - 1), ClipTokenizer.EndId];
    }

    /// <summary>Embeds captions.</summary>
    /// <returns>For each caption <see cref="Dimension"/> numbers, L2-normalised; null where the model gave none (NaN, infinity or zero).</returns>
    public float[]?[] Embed(IReadOnlyList<string> captions)
    {
        ArgumentNullException.ThrowIfNull(captions);
        return Embed([.. captions.Select(Ids)]);
    }

    /// <summary>Embeds token ids: each with its start and end token, at most <see cref="Context"/>.</summary>
    public float[]?[] Embed(IReadOnlyList<int[]> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var embeddings = new float[]?[ids.Count];
        foreach (var sameLength in Enumerable.Range(0, ids.Count).GroupBy(i => Length(ids[i].Length)))
            foreach (var places in sameLength.Chunk(BatchSize)) Run(ids, places, sameLength.Key, embeddings);
        return embeddings;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private int Length(int ids) => _ids.Dims[1].Length is { } whole ? (int)whole : Math.Min((ids + LengthStep - 1) / LengthStep * LengthStep, Context);

    private void Run(IReadOnlyList<int[]> ids, int[] places, int length, float[]?[] embeddings)
    {
        using var input = Tensor(places, length, (row, i) => i < ids[row].Length ? ids[row][i] : ClipTokenizer.EndId);
        using var mask = _mask is null ? null : Tensor(places, length, (row, i) => i < ids[row].Length ? 1 : 0);
        using var output = OnnxTensor.Allocate<float>(places.Length, Dimension);
        string[] names = mask is null ? [_ids.Name] : [_ids.Name, MaskName];
        _session.Run(names, mask is null ? [input] : [input, mask], [_embeddings.Name], [output]);
        for (var i = 0; i < places.Length; i++) embeddings[places[i]] = UnitVector.Float(output.Elements<float>().Slice(i * Dimension, Dimension)); // exports do not normalise
    }

    private OnnxTensor Tensor(int[] rows, int length, Func<int, int, int> value)
    {
        var tensor = _ids.Type == ElementType.Int32 ? OnnxTensor.Allocate<int>(rows.Length, length) : OnnxTensor.Allocate<long>(rows.Length, length);
        for (var i = 0; i < rows.Length * length; i++)
        {
            if (_ids.Type == ElementType.Int32) tensor.Elements<int>()[i] = value(rows[i / length], i % length);
            else tensor.Elements<long>()[i] = value(rows[i / length], i % length);
        }

        return tensor;
    }

    private int Probe()
    {
        using var input = Tensor([0], Length(2), (_, _) => ClipTokenizer.EndId);
        return (int)_session.DimsOf(_embeddings.Name, _ids.Name, input)[1];
    }

    private static InvalidDataException Unusable(string name, string why) => new($"model {name} cannot embed captions: {why}");
}
