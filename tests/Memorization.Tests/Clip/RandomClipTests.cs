using Memorization.Clip;
using Memorization.Embedding;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clip;

public sealed class RandomClipTests : IDisposable
{
    private static readonly ClipArchitecture Tiny = ClipArchitecture.Known.Single(known => known.Name == "tiny");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        foreach (var (name, seed) in new[] { ("a", 5L), ("b", 5L), ("c", 6L) }) RandomClip.Write(_folder.File(name), Tiny, seed);
        foreach (var file in Directory.GetFiles(_folder.File("a")).Select(path => Path.GetFileName(path)))
        {
            var bytes = File.ReadAllBytes(_folder.File("a", file));
            File.ReadAllBytes(_folder.File("b", file)).ShouldBe(bytes, file);
            (File.ReadAllBytes(_folder.File("c", file)).AsSpan().SequenceEqual(bytes) == (file != ClipWeights.FileName)).ShouldBeTrue(file);
        }
    }

    [Fact]
    public void Weights_have_the_spread_that_they_should()
    {
        RandomClip.Write(_folder.Path, Tiny, 1);
        using var clip = new ClipFolder(_folder.Path);
        foreach (var tensor in ClipTensors.All(clip.Config).Where(tensor => tensor.Count > 1000))
        {
            var values = clip.Weights.Read(tensor.Name, [.. tensor.Shape]);
            var mean = values.Average(value => (double)value);
            var std = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            Math.Abs(mean - tensor.Mean).ShouldBeLessThan(5 * tensor.Std / Math.Sqrt(tensor.Count), tensor.Name);
            (std / tensor.Std).ShouldBe(1, 0.1, tensor.Name);
        }

        clip.LogitScale.ShouldBe(1 / 0.07, 0.01); // as CLIP's training starts
    }

    [Fact]
    public void Different_pictures_and_captions_get_different_embeddings()
    {
        RandomClip.Write(_folder.Path, Tiny, 1);
        ModelOptions options = new() { Path = _folder.Path };
        using var images = ImageEncoder.Open(options);
        using var text = TextEncoder.Open(options);
        LargestCosine(images.Embed(Towers.Pictures(6))).ShouldBeLessThan(0.995);
        LargestCosine(text.Embed(["a photo of a cat", "a photo of a dog", "", "almond blossoming, oil on canvas"])).ShouldBeLessThan(0.995);
    }

    // Sizes as the papers and model cards have them.
    [Theory]
    [InlineData("ViT-B/32", 87_849_216, 63_428_096)]
    [InlineData("ViT-B/16", 86_192_640, 63_428_096)]
    [InlineData("ViT-L/14", 303_966_208, 123_650_304)]
    public void Published_sizes_have_the_published_number_of_parameters(string name, long image, long text)
    {
        var known = ClipArchitecture.Known.Single(known => known.Name == name);
        (known.ImageParameters, known.TextParameters).ShouldBe((image, text));
    }

    private static double LargestCosine(float[]?[] embeddings) =>
        embeddings.SelectMany((a, i) => embeddings.Skip(i + 1).Select(b => Towers.Cosine(a!, b!))).Max();
}
