using System.Security.Cryptography;
using Memorization.Clustering;

namespace Memorization.Benchmarks;

/// <summary>A file of the corpora, with the group of near-duplicates that it truly belongs to.</summary>
/// <param name="Source">The file.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Set">Where it comes from.</param>
/// <param name="Group">Its group: the truth's, or, of files that the truth does not name, its content's, so that only files of the same bytes share one.</param>
/// <param name="Relation">How it came from the group's first, in the truth's words.</param>
internal sealed record TruthRow(string Source, byte[] Bytes, string Set, string Group, string Relation)
{
    /// <summary>The table of what is known, as a path below a folder above the checkout.</summary>
    public const string Table = "shared/corpora/near-duplicate-truth.tsv";

    private static readonly string[] Others = ["flickr8k", "vangogh-kempers"];

    /// <summary>The content's key; files of the same bytes share it.</summary>
    public ContentKey Key { get; } = KeyOf(Bytes);

    /// <summary>The set and the last part of the file's name.</summary>
    public string Name => $"{Set}: {Path.GetFileName(Source).Split("__")[^1]}";

    /// <summary>The folder of the corpora, beside the checkout; null if there is none.</summary>
    public static string? Corpora()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var table = Path.Combine(folder.FullName, Table);
            if (File.Exists(table)) return Path.GetDirectoryName(table);
        }

        return null;
    }

    /// <summary>Every file that the truth names, then photographs and paintings that resemble nothing as far as is known.</summary>
    public static IReadOnlyList<TruthRow> Read(string corpora)
    {
        var named = File.ReadLines(Path.Combine(corpora, Path.GetFileName(Table))).Skip(1).Select(line => line.Split('\t')).Select(field =>
        {
            var path = Path.Combine(corpora, field[2]);
            return new TruthRow(path, File.ReadAllBytes(path), field[0], $"{field[0]}/{field[1]}", field[3]);
        });
        var others = Others.SelectMany(set => Directory
            .EnumerateFiles(Path.Combine(corpora, "images", set), "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".jpg" or ".png")
            .Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Bytes: File.ReadAllBytes(path)))
            .Select(file => new TruthRow(file.Path, file.Bytes, set, KeyOf(file.Bytes).ToString(), "")));
        return [.. named, .. others];
    }

    private static ContentKey KeyOf(byte[] bytes) => ContentKey.FromBytes(SHA256.HashData(bytes));
}
