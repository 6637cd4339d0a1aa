using System.Formats.Tar;
using System.IO.Compression;
using Memorization.Images;
using Memorization.Pipelines.Demo;
using Memorization.Pipelines.Terminal;
using SkiaSharp;

namespace Memorization.Pipelines.Bench;

/// <summary>Encoded images to measure with.</summary>
internal static class BenchImages
{
    private const int Made = 64;

    /// <summary>Photographs made for the purpose, with the statistics of real ones: JPEGs of 32 to 25, by default of 512×400, 0.2 megapixels.</summary>
    public static IReadOnlyList<byte[]> Photographs(int width) => [.. Enumerable.Range(1, Made).AsParallel().AsOrdered()
        .Select(seed => Painting.Paint((ulong)seed, (ulong)seed, width, width * 25 / 32).Encode(SKEncodedImageFormat.Jpeg, 88))];

    /// <summary>Every image that decodes of folders, archives (.tar, .tar.gz, .tgz) and files.</summary>
    public static IReadOnlyList<byte[]> Read(IEnumerable<string> paths)
    {
        var decoder = new ImageDecoder();
        return [.. paths.SelectMany(path => InputFiles.Read(path, () => Files(path).ToList())).AsParallel().AsOrdered().Where(bytes => decoder.Decode(bytes).IsKept(out _))];
    }

    private static IEnumerable<byte[]> Files(string path)
    {
        if (Directory.Exists(path)) return InputFiles.Below(path).Select(file => File.ReadAllBytes(Path.Combine(path, file)));
        var isZipped = path.EndsWith(".gz", StringComparison.Ordinal) || path.EndsWith(".tgz", StringComparison.Ordinal);
        return isZipped || path.EndsWith(".tar", StringComparison.Ordinal) ? Archived(path, isZipped) : [File.ReadAllBytes(path)];
    }

    private static IEnumerable<byte[]> Archived(string path, bool isZipped)
    {
        using var file = File.OpenRead(path);
        using var archive = new TarReader(isZipped ? new GZipStream(file, CompressionMode.Decompress) : file);
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null) continue;
            var bytes = new byte[entry.Length];
            entry.DataStream.ReadExactly(bytes);
            yield return bytes;
        }
    }
}
