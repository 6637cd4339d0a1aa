using System.Text.Json.Serialization;
using Parquet.Serialization;
using Parquet.Serialization.Attributes;

namespace Memorization.Store;

/// <summary>Embeddings as clip-retrieval lays them out: img_emb or text_emb with a float16 .npy, metadata with a Parquet file, row for row.</summary>
/// <remarks>Not thread-safe. Existing files of the same name are replaced.</remarks>
public sealed class ClipRetrievalFolder : IDisposable
{
    private readonly string _folder;
    private readonly NpyWriter<Half> _embeddings;
    private readonly bool _images;
    private readonly List<string> _names = [];

    /// <summary>Begins the folder.</summary>
    /// <param name="folder">Made if need be.</param>
    /// <param name="images">Whether embeddings are of images, named by path, or of captions.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    public ClipRetrievalFolder(string folder, bool images, int dimension)
    {
        (_folder, _images) = (folder, images);
        var kind = images ? "img_emb" : "text_emb";
        Directory.CreateDirectory(Path.Combine(folder, kind));
        _embeddings = new NpyWriter<Half>(Path.Combine(folder, kind, $"{kind}_0.npy"), dimension);
    }

    /// <summary>Adds an embedding.</summary>
    /// <param name="name">The image's path or the caption.</param>
    /// <param name="embedding">L2-normalised.</param>
    public void Write(string name, ReadOnlySpan<float> embedding)
    {
        var half = new Half[embedding.Length];
        for (var i = 0; i < half.Length; i++) half[i] = (Half)embedding[i];
        _embeddings.Write(half);
        _names.Add(name);
    }

    /// <summary>Writes the metadata; without it the folder is not whole.</summary>
    public Task FinishAsync() => Durable.WriteAsync(Path.Combine(_folder, "metadata", "metadata_0.parquet"), stream => _images
        ? ParquetSerializer.SerializeAsync(_names.Select(name => new ImageRow { Path = name }), stream)
        : ParquetSerializer.SerializeAsync(_names.Select(name => new CaptionRow { Caption = name }), stream));

    /// <inheritdoc/>
    public void Dispose() => _embeddings.Dispose();

    // The columns' names are clip-retrieval's.
    private sealed class ImageRow
    {
        [JsonPropertyName("image_path"), ParquetRequired] public string Path { get; set; } = "";
    }

    private sealed class CaptionRow
    {
        [JsonPropertyName("caption"), ParquetRequired] public string Caption { get; set; } = "";
    }
}
