using System.Globalization;
using Memorization.Configuration;
using Memorization.Images;

namespace Memorization.Replication.Scoring;

/// <summary>A generated image as it lies in a folder, made here or elsewhere.</summary>
/// <param name="Name">Its path from the folder, and its place in that file if it holds several.</param>
/// <param name="Caption">The prompt; null where nothing says it.</param>
/// <param name="Seed">The seed; null where nothing says it.</param>
/// <param name="Bytes">As encoded.</param>
public sealed record GivenImage(string Name, string? Caption, long? Seed, byte[] Bytes)
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase) { ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif" };

    /// <summary>Reads every image below a folder, or in one file, in the order of names: image files, WebDataset shards (.tar) and Parquet files.</summary>
    /// <remarks>
    /// An image file's caption and seed are the texts <c>prompt</c> and <c>seed</c> of a PNG, else the caption is the text file of the same name beside it.
    /// In a shard they are the members .txt and .json (<c>caption</c> or <c>prompt</c>, <c>seed</c>) of the same key; in Parquet columns of these names.
    /// </remarks>
    /// <param name="path">The folder or file.</param>
    /// <param name="names">Names of images that are wanted, if not all are.</param>
    /// <exception cref="SetupException">There is no such folder or file, or one cannot be read.</exception>
    public static IEnumerable<GivenImage> Read(string path, IReadOnlySet<string>? names = null)
    {
        var isFile = File.Exists(path);
        if (!isFile && !Directory.Exists(path)) throw new SetupException($"there is no folder or file {path}");
        IEnumerable<(string File, string Name)> files = isFile ? [(path, Path.GetFileName(path))] : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(file => (File: file, Name: Path.GetRelativePath(path, file).Replace('\\', '/'))).OrderBy(file => file.Name, StringComparer.Ordinal);
        if (names is null) return files.SelectMany(file => ReadFile(file.File, file.Name));
        var holders = names.SelectMany(Holders).ToHashSet();
        return files.Where(file => holders.Contains(file.Name)).SelectMany(file => ReadFile(file.File, file.Name)).Where(image => names.Contains(image.Name));
    }

    /// <summary>Whether a name ends as an image's does.</summary>
    internal static bool IsImage(string name) => Extensions.Contains(Path.GetExtension(name));

    private static IEnumerable<GivenImage> ReadFile(string file, string name) => Path.GetExtension(name).ToUpperInvariant() switch
    {
        ".TAR" => ShardImages.Read(file, name),
        ".PARQUET" => ParquetImages.Read(file, name),
        _ => IsImage(name) ? [ReadImage(file, name)] : [],
    };

    // The files that an image may lie in: by its name, or what of it stands before a slash.
    private static IEnumerable<string> Holders(string name) => Enumerable.Range(0, name.Length).Where(i => name[i] == '/').Select(i => name[..i]).Append(name);

    private static GivenImage ReadImage(string file, string name)
    {
        try
        {
            var bytes = File.ReadAllBytes(file);
            var texts = PngFile.Texts(bytes).GroupBy(text => text.Key).ToDictionary(text => text.Key, text => text.First().Value);
            var beside = Path.ChangeExtension(file, ".txt");
            return new GivenImage(
                name, texts.GetValueOrDefault("prompt") ?? (File.Exists(beside) ? File.ReadAllText(beside).Trim() : null),
                long.TryParse(texts.GetValueOrDefault("seed"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : null, bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{file} cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
