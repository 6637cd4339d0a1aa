using System.IO.Compression;

namespace Memorization.Captions;

/// <summary>The gzipped text files embedded in this assembly; clip-merges.NOTICE.md says where they come from.</summary>
internal static class CompressedLines
{
    /// <summary>The lines of one embedded file.</summary>
    public static IEnumerable<string> Read(string resource)
    {
        using var stream = typeof(CompressedLines).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly carries no resource {resource}.");
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line) yield return line;
    }
}
