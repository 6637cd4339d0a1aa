using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using Memorization.Flow;
using Memorization.Images;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Images;

/// <summary>Odd, huge and broken files from the test suites of other decoders.</summary>
public class HostileImageTests
{
    [Fact]
    public void Every_file_gets_an_outcome_soon()
    {
        using var file = File.OpenRead(SharedFolder.Path("corpora", "hostile", "images.tar.gz"));
        using var archive = new TarReader(new GZipStream(file, CompressionMode.Decompress));
        var decoder = new ImageDecoder();
        var outcomes = new Dictionary<string, int>();
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null) continue;
            var bytes = new byte[entry.Length];
            entry.DataStream.ReadExactly(bytes);

            var start = Stopwatch.GetTimestamp();
            var outcome = decoder.Decode(bytes);
            Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(5), entry.Name);

            if (outcome.IsKept(out var pixels)) pixels.Rgb.Length.ShouldBe(224 * 224 * 3, entry.Name);
            var kind = outcome.Rejection?.Reason.ToString() ?? "kept";
            outcomes[kind] = outcomes.GetValueOrDefault(kind) + 1;
        }

        outcomes.Values.Sum().ShouldBe(461);
        outcomes["kept"].ShouldBeGreaterThan(300);
        // The archive has formats that are not read, cut files, broken headers and pixels, and PngSuite's images of 1×1 to 7×7.
        foreach (var reason in new[]
        {
            Reason.UnsupportedFormat, Reason.TruncatedImage, Reason.CorruptHeader, Reason.CorruptPixels, Reason.ImageTooSmall,
        })
        {
            outcomes.GetValueOrDefault(reason.ToString()).ShouldBeGreaterThan(0, reason.ToString());
        }
    }
}
