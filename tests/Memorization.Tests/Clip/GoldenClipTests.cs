using System.Runtime.InteropServices;
using System.Text.Json;
using Memorization.Clip;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Inference;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clip;

/// <summary>Towers built here against embeddings that transformers computed with the same weights.</summary>
public sealed class GoldenClipTests : IDisposable
{
    private const int Dimension = 32;

    private readonly TemporaryFolder _cache = new();
    private readonly ClipFolder _clip = new(SharedFolder.Path("golden", "tiny-clip"));

    public void Dispose()
    {
        _clip.Dispose();
        _cache.Dispose();
    }

    [Fact]
    public void Images_are_embedded_as_transformers_embeds_them()
    {
        var golden = File.ReadLines(SharedFolder.Path("golden", "preprocess", "index.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var decoder = new ImageDecoder();
        var differences = new List<float>();
        using var session = OnnxSession.FromFile(_clip.Image(ModelPrecision.Float32, _cache.Path).Path, threads: 1);
        foreach (var image in golden)
        {
            var file = image.GetProperty("file").GetString()!;
            if (!decoder.Decode(File.ReadAllBytes(SharedFolder.Path("golden", "images", file))).IsKept(out var pixels)) continue;
            var expected = image.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray();
            differences.Add(Towers.Embed(session, [pixels.Rgb], Dimension)[0].Zip(expected, (a, b) => Math.Abs(a - b)).Max());
        }

        differences.Count.ShouldBe(57);
        differences.Max().ShouldBeLessThan(1e-4f);
    }

    [Fact]
    public void Captions_are_embedded_as_transformers_embeds_them()
    {
        var golden = File.ReadLines(SharedFolder.Path("golden", "tokens.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("embedding", out _)).ToList();
        golden.Count.ShouldBe(300);
        using var session = OnnxSession.FromFile(_clip.Text(ModelPrecision.Float32, _cache.Path).Path, threads: 1);
        foreach (var caption in golden)
        {
            var ids = caption.GetProperty("hf_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            if (ids.Length > 77) ids = [.. ids[..76], 49407];
            var expected = caption.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray();
            Towers.Embed(session, [ids], Dimension)[0].Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4f, caption.GetProperty("text").GetString());
        }
    }
}
