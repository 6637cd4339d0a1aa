using System.Security.Cryptography;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Objects;

namespace Memorization.Replication.Scoring;

/// <summary>The generated images below a folder: embedded, shown, or searched for an object. They are read anew each time, some at once.</summary>
/// <param name="path">The folder, or one file.</param>
public sealed class GivenImages(string path)
{
    private const int Window = 256;

    /// <summary>Embeds all of them.</summary>
    /// <param name="encoder">The study's model.</param>
    /// <param name="decoder">Decodes to the model's side.</param>
    /// <param name="stop">Stops between some images and the next.</param>
    /// <returns>The embeddings, and how many images could not be decoded or embedded.</returns>
    /// <exception cref="SetupException">There is no image, or a file cannot be read.</exception>
    public async Task<(IReadOnlyList<GivenEmbedding> Images, int Rejected)> EmbedAsync(ImageEncoder encoder, ImageDecoder decoder, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        List<GivenEmbedding> embedded = [];
        var all = 0;
        foreach (var some in GivenImage.Read(path).Chunk(Window))
        {
            var pixels = await DecodeAsync(some, decoder, stop).ConfigureAwait(false);
            var places = Enumerable.Range(0, some.Length).Where(i => pixels[i] is not null).ToList();
            var embeddings = encoder.Embed([.. places.Select(i => pixels[i]!)]);
            embedded.AddRange(places.Zip(embeddings).Where(pair => pair.Second is not null).Select(pair => (Image: some[pair.First], Embedding: pair.Second!))
                .Select(image => new GivenEmbedding(image.Image.Name, image.Image.Caption, image.Image.Seed, image.Embedding) { ContentId = Convert.ToHexStringLower(SHA256.HashData(image.Image.Bytes)) }));
            all += some.Length;
        }

        return all > 0 ? (embedded, all - embedded.Count) : throw new SetupException($"there is no image in {path}; `memorization generate` makes some");
    }

    /// <summary>The thumbnails of some of them, by name, as training images are kept.</summary>
    internal async Task<Dictionary<string, byte[]>> ThumbnailsAsync(IReadOnlySet<string> names, ImageDecoder decoder, CancellationToken stop)
    {
        Dictionary<string, byte[]> thumbnails = [];
        foreach (var some in GivenImage.Read(path, names).Chunk(Window))
        {
            foreach (var (image, pixels) in some.Zip(await DecodeAsync(some, decoder, stop).ConfigureAwait(false)))
                if (pixels is not null) thumbnails[image.Name] = Thumbnail.Encode(pixels);
        }

        return thumbnails;
    }

    /// <summary>Their bytes by content id.</summary>
    /// <param name="images">The images.</param>
    internal IEncodedImages ToEncoded(IEnumerable<GivenEmbedding> images) => new ByContent(path, images.GroupBy(image => image.ContentId).ToDictionary(same => same.Key, same => same.First().Image));

    private static async Task<byte[]?[]> DecodeAsync(GivenImage[] images, ImageDecoder decoder, CancellationToken stop)
    {
        var pixels = new byte[]?[images.Length];
        await Parallel.ForAsync(0, images.Length, stop, async (i, until) => pixels[i] = (await decoder.DecodeAsync(images[i].Bytes, until).ConfigureAwait(false)).IsKept(out var kept) ? kept.Rgb : null)
            .ConfigureAwait(false);
        return pixels;
    }

    private sealed class ByContent(string path, Dictionary<string, string> names) : IEncodedImages
    {
        public PixelSource SourceOf(string content) => names.ContainsKey(content) ? PixelSource.Original : PixelSource.None;

        public IAsyncEnumerable<EncodedImage> ReadAsync(IEnumerable<string> contents, CancellationToken stop)
        {
            var wanted = contents.ToDictionary(content => names[content]);
            return GivenImage.Read(path, wanted.Keys.ToHashSet()).Select(image => new EncodedImage(wanted[image.Name], PixelSource.Original, image.Bytes)).ToAsyncEnumerable();
        }
    }
}
