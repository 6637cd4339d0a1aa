using Memorization.Clip;
using Memorization.Embedding;
using Memorization.Inference;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clip;

/// <summary>Towers built here against the same weights as plain standard operators.</summary>
public sealed class TowerTests : IDisposable
{
    private const int Dimension = 24;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Transformer.QuickGelu, 1, 1)]
    [InlineData(Transformer.Gelu, 2, 3)]
    [InlineData(Transformer.QuickGelu, 3, 4)]
    public void An_image_tower_gives_what_plain_operators_give(string activation, int layers, int heads)
    {
        using var clip = Open(activation, layers, heads);
        using var plain = OnnxSession.FromBytes(PlainClip.Image(clip.Weights, clip.Config), "plain", threads: 1);
        var images = Towers.Pictures(5);
        var expected = Plain(plain, images);
        Towers.Cosine(expected[0], expected[1]).ShouldBeLessThan(0.98); // or nothing is compared
        Difference(Images(clip, ModelPrecision.Float32, images), expected).ShouldBeLessThan(2e-6f);
        Difference(Images(clip, ModelPrecision.Float16, images), expected).ShouldBeLessThan(5e-3f);
        MeanCosine(Images(clip, ModelPrecision.Float16, images), expected).ShouldBeGreaterThan(0.9999);
        MeanCosine(Images(clip, ModelPrecision.Int8, images), expected).ShouldBeGreaterThan(0.998);
    }

    [Theory]
    [InlineData(Transformer.QuickGelu, 1, ClipTokens.End)]
    [InlineData(Transformer.Gelu, 3, ClipTokens.End)]
    [InlineData(Transformer.QuickGelu, 2, 2)]
    public void A_text_tower_gives_what_plain_operators_give(string activation, int heads, int endId)
    {
        using var clip = Open(activation, 2, heads, endId);
        using var plain = OnnxSession.FromBytes(PlainClip.Text(clip.Weights, clip.Config), "plain", threads: 1);
        var random = new Random(5);
        // Some with a second end token, some whose largest id comes early, one that fills the context.
        int[][] captions = [.. new[] { 0, 3, 30, 75 }.Select(words => (int[])[ClipTokens.Start, .. Enumerable.Range(0, words).Select(_ => random.Next(49_000)), ClipTokens.End])];
        captions[1][2] = ClipTokens.End;
        var padded = captions.Select(ids => (int[])[.. ids, .. Enumerable.Range(0, 77 - ids.Length).Select(i => i % 2 == 0 ? ClipTokens.End : 7)]).ToArray();
        var expected = Plain(plain, padded);
        Difference(Texts(clip, ModelPrecision.Float32, padded), expected).ShouldBeLessThan(2e-6f);
        Difference(Texts(clip, ModelPrecision.Float16, padded), expected).ShouldBeLessThan(5e-3f);
        MeanCosine(Texts(clip, ModelPrecision.Int8, padded), expected).ShouldBeGreaterThan(0.998);
        // What follows the end token changes nothing, so a batch need not be as long as the context.
        for (var i = 0; i < captions.Length; i++) Difference(Texts(clip, ModelPrecision.Float32, [captions[i]]), [expected[i]]).ShouldBeLessThan(2e-6f);
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Float16)]
    [InlineData(ModelPrecision.Int8)]
    public void An_image_alone_is_the_same_bits_as_in_a_batch(ModelPrecision precision)
    {
        using var clip = Open(Transformer.QuickGelu, 2, 4);
        using var session = OnnxSession.FromFile(clip.Image(precision, _folder.File("cache")).Path, threads: 1);
        var images = Towers.Pictures(16);
        images[3].AsSpan().Fill(255); // one that would change the scale of a whole batch
        var alone = images.Select(image => Towers.Embed(session, [image], Dimension)[0]).ToArray();
        foreach (var size in new[] { 2, 7, 16 })
            foreach (var (batch, expected) in images.Chunk(size).Zip(alone.Chunk(size)))
                Towers.Embed(session, batch, Dimension).ShouldBe(expected);
    }

    [Fact]
    public void A_built_tower_is_found_again_and_another_precision_or_configuration_is_another()
    {
        using var clip = Open(Transformer.QuickGelu, 1, 1);
        var cache = _folder.File("cache");
        var first = clip.Image(ModelPrecision.Float32, cache);
        var written = File.GetLastWriteTimeUtc(first.Path);
        clip.Image(ModelPrecision.Float32, cache).ShouldBe(first);
        File.GetLastWriteTimeUtc(first.Path).ShouldBe(written);
        new[] { first.ModelId, clip.Image(ModelPrecision.Int8, cache).ModelId, clip.Text(ModelPrecision.Float32, cache).ModelId }.ShouldBeUnique();
        first.ModelId.Length.ShouldBe(64);
        Directory.GetFiles(cache).ShouldAllBe(file => file.EndsWith(".onnx", StringComparison.Ordinal) || file.EndsWith(".weights", StringComparison.Ordinal));
        // One weight changed is another image model and the same text model.
        var changed = _folder.File("changed");
        Directory.CreateDirectory(changed);
        foreach (var file in Directory.GetFiles(_folder.File("clip"))) File.Copy(file, Path.Combine(changed, Path.GetFileName(file)));
        using (var file = new FileStream(Path.Combine(changed, ClipWeights.FileName), FileMode.Open))
        {
            file.Position = file.Length - 4; // the last of the visual projection
            file.Write(BitConverter.GetBytes(0.25f));
        }

        using var other = new ClipFolder(changed);
        other.Image(ModelPrecision.Float32, cache).ModelId.ShouldNotBe(first.ModelId);
        other.Text(ModelPrecision.Float32, cache).ShouldBe(clip.Text(ModelPrecision.Float32, cache));
    }

    [Fact]
    public void The_same_weights_give_the_same_id_and_bytes_whatever_file_they_lie_in()
    {
        using var whole = Open(Transformer.QuickGelu, 1, 1);
        RandomClip.Write(_folder.File("images-only"), whole.Config with { Text = null }, seed: 7);
        using var only = new ClipFolder(_folder.File("images-only"));
        only.HasText.ShouldBeFalse();
        var (one, other) = (whole.Image(ModelPrecision.Float32, _folder.File("one")), only.Image(ModelPrecision.Float32, _folder.File("other")));
        other.ModelId.ShouldBe(one.ModelId);
        File.ReadAllBytes(other.Path).ShouldBe(File.ReadAllBytes(one.Path));
        File.ReadAllBytes(Path.ChangeExtension(other.Path, ".weights")).ShouldBe(File.ReadAllBytes(Path.ChangeExtension(one.Path, ".weights")));
    }

    private ClipFolder Open(string activation, int layers, int heads, int endId = ClipTokens.End)
    {
        var folder = _folder.File("clip");
        var config = new ClipConfig(
            new ImageTowerConfig(new Transformer(48, layers, heads, 80, activation, 1e-5), 224, 56),
            new TextTowerConfig(new Transformer(36, layers, heads, 64, activation, 1e-4), 49_408, 77, endId), Dimension);
        RandomClip.Write(folder, config, seed: 7);
        var clip = new ClipFolder(folder);
        clip.Config.ShouldBe(config);
        return clip;
    }

    private float[][] Images(ClipFolder clip, ModelPrecision precision, byte[][] images)
    {
        using var session = OnnxSession.FromFile(clip.Image(precision, _folder.File("cache")).Path, threads: 1);
        return Towers.Embed(session, images, Dimension);
    }

    private float[][] Texts(ClipFolder clip, ModelPrecision precision, int[][] ids)
    {
        using var session = OnnxSession.FromFile(clip.Text(precision, _folder.File("cache")).Path, threads: 1);
        return Towers.Embed(session, ids, Dimension);
    }

    private static float[][] Plain(OnnxSession session, byte[][] images)
    {
        using var input = OnnxTensor.Allocate<float>(images.Length, 3, 224, 224);
        var size = images[0].Length;
        var normalizer = new PixelNormalizer(ClipPreprocessing.Default.Mean, ClipPreprocessing.Default.Std);
        for (var i = 0; i < images.Length; i++) normalizer.Normalize(images[i], input.Elements<float>().Slice(i * size, size));
        return Towers.Run(session, "pixel_values", input, ImageTower.Output, images.Length, Dimension);
    }

    private static float[][] Plain(OnnxSession session, int[][] ids)
    {
        using var input = OnnxTensor.Allocate<long>(ids.Length, 77);
        for (var i = 0; i < ids.Length * 77; i++) input.Elements<long>()[i] = ids[i / 77][i % 77];
        return Towers.Run(session, "input_ids", input, TextTower.Output, ids.Length, Dimension);
    }

    private static float Difference(float[][] a, float[][] b) => a.Zip(b).Max(pair => pair.First.Zip(pair.Second, (x, y) => Math.Abs(x - y)).Max());

    private static double MeanCosine(float[][] a, float[][] b) => a.Zip(b).Average(pair => Towers.Cosine(pair.First, pair.Second));
}
