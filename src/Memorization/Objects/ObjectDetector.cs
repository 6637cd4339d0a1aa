using Memorization.Clip;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Store;

namespace Memorization.Objects;

/// <summary>Scores tiles of pictures: how likely it is that the object is in them.</summary>
/// <remarks>
/// With prompts, a tile's score is the sum of the softmax probabilities of the object's prompts among these and the contrast's, as CLIP was trained to say (Radford
/// et al. 2021, 3.1), 0 to 1. With references it is the largest cosine similarity to one of the crops, −1 to 1. A picture's score is its best tile's. Thread-safe.
/// </remarks>
internal sealed class ObjectDetector : IDisposable
{
    private const double EvenOdds = 0.5;

    // Bump it when tiles, pixels or scores are computed in another way.
    private const string Version = "objects 1";

    private static readonly (double Least, double Most) Aspects = (1 / 3.0, 3);

    private readonly ImageEncoder _encoder;
    private readonly Func<float[], double> _score;

    private ObjectDetector(ImageEncoder encoder, TileGrid grid, double threshold, Func<float[], double> score, object identity)
    {
        (_encoder, _score, Grid, DefaultThreshold) = (encoder, score, grid, threshold);
        Fingerprint = Store.Fingerprint.Of(Version, encoder.Model.ModelId, grid, identity);
    }

    /// <summary>Names everything that a score depends on besides the picture.</summary>
    public string Fingerprint { get; }

    /// <summary>Which parts of a picture are looked at.</summary>
    public TileGrid Grid { get; }

    /// <summary>Whether the best tiles are moved to where they fit best: crops are told apart by what is where, and a fifth of a tile aside they fit no more.</summary>
    public bool Climbs { get; private init; }

    /// <summary>The threshold without labels.</summary>
    public double DefaultThreshold { get; }

    /// <summary>What is known of the model.</summary>
    public ImageModel Model => _encoder.Model;

    /// <summary>Tiles that keep the model busy.</summary>
    public int TilesAtOnce => 2 * _encoder.BatchSize * _encoder.RunsPerDevice * _encoder.Devices.Count;

    /// <summary>Loads what an object is detected with.</summary>
    /// <param name="options">The object.</param>
    /// <param name="references">The files of its crops.</param>
    /// <param name="model">The study's model, its paths resolved.</param>
    /// <param name="decode">Which crops are decoded.</param>
    /// <exception cref="SetupException">The model or a crop cannot be used.</exception>
    public static ObjectDetector Open(ObjectOptions options, IReadOnlyList<string> references, ModelOptions model, DecodeOptions decode)
    {
        try
        {
            var encoder = ImageEncoder.Open(model);
            try
            {
                return options.Kind == DetectorKind.Prompts ? OfPrompts(options, encoder, model) : OfReferences(options, encoder, references, decode);
            }
            catch
            {
                encoder.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException or NotSupportedException)
        {
            throw new SetupException($"object {options.Name}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>The best tile's score, tile by tile.</summary>
    /// <param name="tiles">Pixels of tiles.</param>
    /// <returns>Each tile's score; null where the model gave nothing.</returns>
    public double?[] Score(IReadOnlyList<byte[]> tiles) => [.. _encoder.Embed(tiles).Select(embedding => embedding is null ? (double?)null : _score(embedding))];

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private static ObjectDetector OfPrompts(ObjectOptions options, ImageEncoder encoder, ModelOptions model)
    {
        if (model.Path is null or ModelOptions.BuiltIn || !Directory.Exists(model.Path))
            throw new SetupException($"object {options.Name}: model {model.Path ?? ModelOptions.BuiltIn} has no text tower to read its prompts; name a CLIP's folder as model.path, or give the object references");
        using var text = TextEncoder.Open(model);
        string[] all = [.. options.Prompts, .. options.Contrast];
        var embeddings = text.Embed(all).Select((embedding, i) => embedding ?? throw new InvalidDataException($"the model gave no embedding for the prompt \"{all[i]}\"")).ToArray();
        if (text.Dimension != encoder.Model.Dimension) throw new InvalidDataException($"the text tower of {model.Path} gives {text.Dimension} numbers, the image tower {encoder.Model.Dimension}");
        var (scale, own) = (text.LogitScale, options.Prompts.Count);
        return new ObjectDetector(
            encoder, new TileGrid(options.TileScales, options.TileOverlap, Aspect: 1), EvenOdds,
            tile => ZeroShot.Score(tile, embeddings, scale).Take(own).Sum(), new { text.ModelId, options.Prompts, options.Contrast });
    }

    private static ObjectDetector OfReferences(ObjectOptions options, ImageEncoder encoder, IReadOnlyList<string> files, DecodeOptions decode)
    {
        var decoder = new ImageDecoder(decode, side: encoder.Model.Side, whole: true);
        List<byte[]> pixels = [];
        List<double> aspects = [];
        List<string> hashes = [];
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            if (!decoder.Decode(bytes).IsKept(out var crop)) throw new SetupException($"object {options.Name}: the reference {file} cannot be decoded ({decoder.Decode(bytes).Rejection!.Reason}); replace it or leave it out");
            pixels.Add(crop.Rgb);
            aspects.Add((double)crop.Width / crop.Height);
            hashes.Add(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        }

        var crops = encoder.Embed(pixels).Select((embedding, i) => embedding ?? throw new InvalidDataException($"the model gave no embedding for the reference {files[i]}")).ToArray();
        var aspect = Math.Clamp(aspects.Order().ElementAt(aspects.Count / 2), Aspects.Least, Aspects.Most);
        hashes.Sort(StringComparer.Ordinal);
        return new ObjectDetector(
            encoder, new TileGrid(options.TileScales, options.TileOverlap, aspect), encoder.Model.DefaultThreshold,
            tile => crops.Max(crop => Cosine(tile, crop)), hashes)
        {
            Climbs = true,
        };
    }

    private static double Cosine(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }
}
