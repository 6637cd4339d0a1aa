using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Memorization.Clustering;
using Parquet.Serialization;

namespace Memorization.Store;

/// <summary>A link between two rows of a matrix of vectors.</summary>
public sealed record RowLink
{
    /// <summary>The smaller row number.</summary>
    [JsonPropertyName("a")] public long A { get; set; }

    /// <summary>The larger row number.</summary>
    [JsonPropertyName("b")] public long B { get; set; }

    /// <summary>Cosine similarity, in (0, 1].</summary>
    [JsonPropertyName("similarity")] public double Similarity { get; set; }
}

/// <summary>What a forest file is of; the footer holds it as JSON under the key <see cref="ForestFile.Key"/>.</summary>
/// <param name="Vectors">The vectors' <see cref="ForestFile.Fingerprint"/>.</param>
/// <param name="Rows">Number of vectors.</param>
/// <param name="Width">Values per vector.</param>
/// <param name="Threshold">Similarity from which links are kept.</param>
/// <param name="First">The first piece of the table of all pairs that was compared.</param>
/// <param name="End">The piece after the last.</param>
/// <param name="Of">Pieces that the table was cut into.</param>
public sealed record ForestPart(string Vectors, int Rows, int Width, double Threshold, int First, int End, int Of)
{
    /// <summary>Vectors per side of the tiles that pieces are made of: pieces of other tiles do not fit together.</summary>
    public int Tile { get; init; } = PairTiles.PieceSide;

    /// <summary>Whether all pairs were compared.</summary>
    [JsonIgnore] public bool IsWhole => First == 0 && End == Of;

    internal bool IsSound => Tile == PairTiles.PieceSide && Vectors is { Length: 64 } && Rows >= 0 && Width > 0 && Threshold is > 0 and <= 1 && First >= 0 && First < End && End <= Of && Of <= ForestFile.MostPieces;
}

/// <summary>The maximum spanning forest of the links in some pieces of the table of all pairs, as a Parquet file: a, b, similarity.</summary>
public static class ForestFile
{
    private static readonly JsonSerializerOptions Json = new(StoreJson.Options) { WriteIndented = false };

    /// <summary>The footer's key.</summary>
    public const string Key = "memorization.forest";

    /// <summary>The most pieces that a table is cut into.</summary>
    public const int MostPieces = 1_000_000;

    /// <summary>The SHA-256 of the vectors' float16 values, row by row, in 64 hexadecimal digits; a .npy of float32 has that of the same values in float16.</summary>
    public static string Fingerprint(IEnumerable<ReadOnlyMemory<Half>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows) hash.AppendData(MemoryMarshal.AsBytes(row.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes a file whose bytes are a function of what it holds; it is whole or not there.</summary>
    /// <param name="path">The file; replaced if it is there.</param>
    /// <param name="part">What the links are of. All pieces are written as one of one, however the table was cut.</param>
    /// <param name="links">Best first, then by rows.</param>
    public static async Task WriteAsync(string path, ForestPart part, IReadOnlyCollection<RowLink> links)
    {
        ArgumentNullException.ThrowIfNull(part);
        var said = JsonSerializer.Serialize(part.IsWhole ? part with { End = 1, Of = 1 } : part, Json);
        using var bytes = new MemoryStream();
        await TableFile.SerializeAsync(links, bytes, path, metadata: new Dictionary<string, string> { [Key] = said }).ConfigureAwait(false);
        Durable.Write(Path.GetFullPath(path), bytes.WriteTo);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not a forest file, or not a whole one.</exception>
    public static async Task<(ForestPart Part, IReadOnlyList<RowLink> Links)> ReadAsync(string path)
    {
        await using var stream = File.OpenRead(path);
        try
        {
            var (_, links, metadata) = await ParquetSerializer.DeserializeAsync<RowLink>(stream).ConfigureAwait(false);
            var part = metadata.TryGetValue(Key, out var said) ? JsonSerializer.Deserialize<ForestPart>(said, Json) : null;
            if (part is { IsSound: true } && links.All(link => link.A >= 0 && link.A < link.B && link.B < part.Rows && link.Similarity >= part.Threshold && link.Similarity <= 1))
                return (part, [.. links]);
        }
        catch (Exception cause) when (cause is not OutOfMemoryException)
        {
            // Parquet.Net says many things of broken files: none of them is a bug here.
            throw new InvalidDataException($"{path} is not a whole forest file: {cause.Message.ReplaceLineEndings(" ")}", cause);
        }

        throw new InvalidDataException($"{path} is not a forest file: this version's cluster-tiles writes none like it");
    }
}
