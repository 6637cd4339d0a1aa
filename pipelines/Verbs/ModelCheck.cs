using System.Globalization;
using System.Runtime.InteropServices;
using Memorization.Clip;
using Memorization.Embedding;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>What model verify found; whatever is wrong was thrown.</summary>
/// <param name="Folder">The model's folder.</param>
/// <param name="Contents">Its tensors; null for ONNX exports.</param>
/// <param name="ImageDimension">Numbers per image; null without an image tower.</param>
/// <param name="ImageModelId">The image tower's id.</param>
/// <param name="TextDimension">Numbers per caption; null without a text tower.</param>
/// <param name="TextModelId">The text tower's id.</param>
internal sealed record ModelCheck(string Folder, ClipContents? Contents, int? ImageDimension, string? ImageModelId, int? TextDimension, string? TextModelId)
{
    private const int Vectors = 64;

    private static readonly string[] Captions =
        ["a photo of a cat", "Vincent van Gogh - The Starry Night, oil on canvas", "", "almond blossoming", "Café — São Paulo, 2019 🌻", "the the the the the the the the the the the the the the the the the the the"];

    /// <summary>Checks a folder.</summary>
    /// <param name="options">The folder, and how it is built and run.</param>
    /// <param name="vectors">Folder for pixels, ids and embeddings; null for none.</param>
    public static ModelCheck Run(ModelOptions options, string? vectors)
    {
        ClipContents? contents = null;
        if (ClipFolder.HasWeights(options.Path!))
        {
            using var clip = new ClipFolder(options.Path!);
            contents = clip.Check();
        }

        if (vectors is not null) Directory.CreateDirectory(vectors);
        using var images = contents is { ImageSide: null } ? null : ImageEncoder.Open(options);
        if (images is not null) Check("image", images.Embed(vectors is null ? [Picture(1)] : Given(Path.Combine(vectors, "pixels.u8"), Picture)), images.Model.Dimension, vectors);
        using var text = contents is { HasText: false } || File.Exists(options.Path) ? null : TextEncoder.Open(options);
        if (text is not null)
        {
            var ids = vectors is null ? [text.Ids(Captions[0])] : Given(Path.Combine(vectors, "ids.i32"), i => MemoryMarshal.AsBytes(Padded(text, i).AsSpan()).ToArray())
                .Select(bytes => MemoryMarshal.Cast<byte, int>(bytes).ToArray()).ToArray();
            Check("text", text.Embed(ids), text.Dimension, vectors);
        }

        byte[] Picture(int seed) => MadePicture.Rgb(seed, images.Model.Side);

        return new ModelCheck(options.Path!, contents, images?.Model.Dimension, images?.Model.ModelId, text?.Dimension, text?.ModelId);
    }

    /// <summary>The same as a person reads it.</summary>
    public void Print(TextWriter output)
    {
        if (Contents is { } found)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{found.Tensors} tensors ({string.Join(", ", found.Types.Select(type => $"{type.Value} {type.Key}"))}), {found.Parameters:N0} parameters: all there, of the right shape, finite"));
            if (found.Unused.Count > 0) output.WriteLine($"not used: {string.Join(", ", found.Unused)}");
        }

        output.WriteLine(ImageDimension is null
            ? "no image tower"
            : $"image tower: {ImageDimension} numbers, id {ImageModelId}");
        output.WriteLine(TextDimension is null ? "no text tower" : $"text tower: {TextDimension} numbers, id {TextModelId}; the vocabulary is CLIP's");
    }

    private static void Check(string kind, float[]?[] embeddings, int dimension, string? vectors)
    {
        if (Array.IndexOf(embeddings, null) is >= 0 and var wrong) throw new InvalidDataException($"the {kind} tower gives no usable embedding for input {wrong}");
        if (vectors is null) return;
        using var file = new NpyWriter<float>(Path.Combine(vectors, $"{kind}.npy"), dimension);
        foreach (var embedding in embeddings) file.Write(embedding);
    }

    // Records of equal length: read if the file is there, else made and written.
    private static byte[][] Given(string path, Func<int, byte[]> make)
    {
        var first = make(0);
        if (!File.Exists(path)) File.WriteAllBytes(path, [.. Enumerable.Range(0, Vectors).SelectMany(make)]);
        var bytes = File.ReadAllBytes(path);
        return bytes.Length > 0 && bytes.Length % first.Length == 0
            ? [.. bytes.Chunk(first.Length)]
            : throw new InvalidDataException($"{path} has {bytes.Length} bytes, not a multiple of {first.Length}");
    }

    private static int[] Padded(TextEncoder text, int i)
    {
        var ids = text.Ids(string.Join(' ', Enumerable.Range(i, 1 + i % 7).Select(n => Captions[n % Captions.Length])));
        return [.. ids, .. Enumerable.Repeat(ids[^1], text.Context - ids.Length)];
    }
}
