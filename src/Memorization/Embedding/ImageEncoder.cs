using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Memorization.Clip;
using Memorization.Images;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Embedding;

/// <summary>A loaded image model: the built-in one, a CLIP's image tower, or any ONNX encoder whose input is one of two layouts.</summary>
/// <remarks>
/// Input: uint8 (N, side, side, 3), which the graph normalises, or float32 (N, 3, side, side), which is normalised here; symbolic sides are 224, or
/// what the folder's preprocessor_config.json says.
/// Output: float32 (N, D) or (N, D, 1, 1); of several, the one named image_embeds. Thread-safe: any number of runs at once, each with its own batch.
/// </remarks>
public sealed class ImageEncoder : IDisposable
{
    // Batches run side by side instead: as fast on two cores as operators split between two threads,
    // and no operator whose split, and so perhaps whose rounding, depends on the number of cores.
    private const int ThreadsPerRun = 1;

    private const double ClipThreshold = 0.94; // also of other files: what stands in a path is a CLIP until the study says otherwise

    private readonly IReadOnlyList<OnnxSession> _sessions;
    private readonly PixelNormalizer? _normalizer;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly long[] _outputDims;

    private ImageEncoder(IReadOnlyList<OnnxSession> sessions, string name, string description, double threshold, IEnumerable<string> weights, bool mixesBatch, ModelOptions options, int side, string? id = null)
    {
        _sessions = sessions;
        var session = sessions[0];
        RunsPerDevice = options.RunsAtOnce(session.Device);
        var input = session.Inputs is [var only] ? only : throw Unusable(name, $"it has {session.Inputs.Count} inputs, not one");
        side = SideOf(input) ?? side;
        if (Fits(input, ElementType.Float, 3, side, side)) _normalizer = new PixelNormalizer(options.Mean, options.Std);
        else if (!Fits(input, ElementType.Uint8, side, side, 3))
            throw Unusable(name, $"its input is {input}, neither Uint8 (N, side, side, 3) nor Float (N, 3, side, side)");
        if (side < ClipPixels.LeastSide) throw Unusable(name, $"it reads {side}×{side} pixels; the fewest are {ClipPixels.LeastSide}×{ClipPixels.LeastSide}");
        ImageBytes = side * side * 3;
        (_inputNames, _outputNames) = ([input.Name], [Embedding(name, session.Outputs).Name]);
        BatchSize = (int?)input.Dims[0].Length ?? (mixesBatch ? 1 : options.ImagesPerRun(session.Device));

        using var probe = AllocateInput(session, input.Dims[0].Length ?? 1, side);
        _outputDims = session.DimsOf(_outputNames[0], _inputNames[0], probe);
        _outputDims[0] = BatchSize;
        Model = new ImageModel(name, description, id ?? Id(weights), side, (int)_outputDims[1], threshold);

        string Id(IEnumerable<string> hashes)
        {
            string[] preprocessing = _normalizer is null ? ["uint8 NHWC"] : ["float32 NCHW", Numbers(options.Mean), Numbers(options.Std)];
            string[] pixels = side == ClipPixels.Side ? [] : [side.ToString(CultureInfo.InvariantCulture)];
            var identity = string.Join('\n', [.. hashes, .. preprocessing, .. pixels, "L2 in float64, rounded to float16"]);
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
        }
    }

    /// <summary>What is known of the model.</summary>
    public ImageModel Model { get; }

    /// <summary>Bytes of one image: side·side·3, red, green and blue interleaved.</summary>
    public int ImageBytes { get; }

    /// <summary>Images per run: the model's own number if it is fixed, 1 if it lets the images of a batch influence one another, else the options'.</summary>
    public int BatchSize { get; }

    /// <summary>Where it runs: "cpu", "cuda:0" …; a device that stands twice has two sessions.</summary>
    public IReadOnlyList<string> Devices => [.. _sessions.Select(session => session.Device.ToString())];

    /// <summary>Batches that keep one device busy.</summary>
    public int RunsPerDevice { get; }

    /// <summary>Loads the model that the options name.</summary>
    /// <exception cref="FileNotFoundException">There is no such file, or a folder lacks one.</exception>
    /// <exception cref="InvalidDataException">It is not an ONNX model, not one of the layouts above, or a folder's files are broken or do not fit together.</exception>
    /// <exception cref="NotSupportedException">A device is not there; the message says what to do.</exception>
    public static ImageEncoder Open(ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Open(options, ClipPixels.Side);
    }

    private static ImageEncoder Open(ModelOptions options, int side)
    {
        if (options.Path is not (null or ModelOptions.BuiltIn) && Directory.Exists(options.Path)) return OpenFolder(options, options.Path);
        if (options.Precision != ModelPrecision.Float32)
            throw new InvalidDataException($"model.precision {options.Precision} is for folders with safetensors; {options.Path} computes as it was made");
        if (options.Path is null or ModelOptions.BuiltIn)
        {
            var graph = BuiltInModel.Graph();
            return OnnxSession.Use(
                options.Devices(),
                device => OnnxSession.FromBytes(graph, BuiltInModel.Name, ThreadsPerRun, device),
                sessions => new ImageEncoder(sessions, BuiltInModel.Name, BuiltInModel.Description, BuiltInModel.Threshold, [Convert.ToHexStringLower(SHA256.HashData(graph))], false, options, side));
        }

        return OnnxSession.Use(options.Devices(), device => OnnxSession.FromFile(options.Path, ThreadsPerRun, device), sessions =>
        {
            var file = new OnnxFile(options.Path);
            var name = Path.GetFileNameWithoutExtension(options.Path);
            return new ImageEncoder(sessions, name, $"Image encoder {Path.GetFileName(options.Path)}.", ClipThreshold, file.ContentHashes, file.MixesBatch, options, side);
        });
    }

    /// <summary>Memory for one run on a device; to be disposed before the encoder.</summary>
    public EncoderBatch AllocateBatch(int device = 0)
    {
        var session = _sessions[device];
        OnnxTensor input = AllocateInput(session, BatchSize, Model.Side), output = OnnxTensor.Allocate<float>(_outputDims);
        return new EncoderBatch(input, output, BatchSize, ImageBytes, Model.Dimension, _normalizer, (pixels, embeddings) => session.Run(_inputNames, [pixels], _outputNames, [embeddings]));
    }

    /// <summary>Embeds images outside the graph of stages, batches side by side.</summary>
    /// <param name="images"><see cref="ImageBytes"/> each.</param>
    /// <returns>For each image its embedding, L2-normalised; null where the model gave none (NaN, infinity or zero).</returns>
    /// <exception cref="ArgumentException">An image has another size.</exception>
    public float[]?[] Embed(IReadOnlyList<byte[]> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.FirstOrDefault(image => image.Length != ImageBytes) is { } odd) throw new ArgumentException($"{odd.Length} bytes instead of {ImageBytes}", nameof(images));
        var embeddings = new float[]?[images.Count];
        ConcurrentBag<EncoderBatch> free = [];
        var allocated = -1;
        Parallel.ForEach(Enumerable.Range(0, images.Count).Chunk(BatchSize), new ParallelOptions { MaxDegreeOfParallelism = RunsPerDevice * _sessions.Count }, places =>
        {
            if (!free.TryTake(out var batch)) batch = AllocateBatch(Interlocked.Increment(ref allocated) % _sessions.Count);
            for (var i = 0; i < places.Length; i++) batch.Put(i, images[places[i]]);
            batch.Run();
            for (var i = 0; i < places.Length; i++) embeddings[places[i]] = UnitVector.Float(batch.Embedding(i));
            free.Add(batch);
        });
        foreach (var batch in free) batch.Dispose();
        return embeddings;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var session in _sessions) session.Dispose();
    }

    private static ImageEncoder OpenFolder(ModelOptions options, string path)
    {
        if (!ClipFolder.HasWeights(path))
        {
            var side = ClipPreprocessing.SideOf(path);
            var preprocessing = ClipPreprocessing.Read(path, side);
            return Open(options with { Path = ClipFolder.Export(path, "vision_model.onnx"), Mean = preprocessing.Mean, Std = preprocessing.Std }, side);
        }

        using var clip = new ClipFolder(path);
        var tower = clip.Image(options.Precision, options.Cache);
        return OnnxSession.Use(options.Devices(), device => OnnxSession.FromFile(tower.Path, ThreadsPerRun, device, clip.Config.Image!.Tokens), sessions => new ImageEncoder(
            sessions, clip.Name, $"CLIP image tower of {clip.Name}, {options.Precision}.", ClipThreshold, [], mixesBatch: false, options, clip.Config.Image!.Side, tower.ModelId));
    }

    // The side that an input fixes.
    private static int? SideOf(OnnxPort input) => input.Dims.Count == 4 ? (int?)(input.Type == ElementType.Uint8 ? input.Dims[1] : input.Dims[2]).Length : null;

    private static bool Fits(OnnxPort port, ElementType type, params ReadOnlySpan<long> image)
    {
        if (port.Type != type || port.Dims.Count != 4) return false;
        for (var i = 0; i < 3; i++)
            if (port.Dims[i + 1].Length is { } length && length != image[i]) return false;
        return true;
    }

    private static OnnxPort Embedding(string name, IReadOnlyList<OnnxPort> outputs)
    {
        OnnxPort[] fit = [.. outputs.Where(output => output.Type == ElementType.Float
            && (output.Dims.Count == 2 || (output.Dims.Count == 4 && output.Dims.Skip(2).All(dim => dim.Length is null or 1))))];
        return fit.FirstOrDefault(output => output.Name == "image_embeds") ?? (fit is [var only] ? only : null)
            ?? throw Unusable(name, $"of its outputs {string.Join("; ", outputs)} not exactly one is Float (N, D) or (N, D, 1, 1), and none is named image_embeds");
    }

    private static InvalidDataException Unusable(string name, string why) => new($"model {name} cannot embed images: {why}");

    private static string Numbers(IEnumerable<double> values) => string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    private OnnxTensor AllocateInput(OnnxSession session, long count, int side) => _normalizer is null
        ? session.Allocate<byte>(count, side, side, 3)
        : session.Allocate<float>(count, 3, side, side);
}
