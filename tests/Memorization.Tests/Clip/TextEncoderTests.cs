using System.Text.Json;
using System.Text.Json.Nodes;
using Memorization.Clip;
using Memorization.Embedding;
using Memorization.Inference;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clip;

public sealed class TextEncoderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TextEncoderTests() => RandomClip.Write(_folder.Path, ClipArchitecture.Known.Single(known => known.Name == "tiny"), 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Golden_captions_are_embedded_as_transformers_embeds_them()
    {
        using var encoder = TextEncoder.Open(new ModelOptions { Path = SharedFolder.Path("golden", "tiny-clip"), Cache = _folder.File("cache") });
        var golden = File.ReadLines(SharedFolder.Path("golden", "tokens.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("embedding", out _)).ToList();
        var embeddings = encoder.Embed([.. golden.Select(line => line.GetProperty("text").GetString()!)]);
        for (var i = 0; i < golden.Count; i++)
        {
            var expected = golden[i].GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle());
            embeddings[i]!.Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4f, golden[i].GetProperty("text").GetString());
        }
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public void A_caption_alone_is_the_same_bits_as_with_others(ModelPrecision precision)
    {
        using var encoder = TextEncoder.Open(new ModelOptions { Path = _folder.Path, Precision = precision });
        string[] captions = [.. Enumerable.Range(0, 70).Select(i => string.Join(' ', Enumerable.Repeat("word", i)) + i)];
        var together = encoder.Embed(captions);
        for (var i = 0; i < captions.Length; i += 3) encoder.Embed([captions[i]])[0].ShouldBe(together[i], captions[i]);
    }

    [Fact]
    public void A_long_caption_is_cut_to_77_tokens_and_keeps_its_end_token()
    {
        using var encoder = TextEncoder.Open(new ModelOptions { Path = _folder.Path });
        var ids = encoder.Ids(string.Join(' ', Enumerable.Repeat("cat", 100)));
        ids.Length.ShouldBe(77);
        ids[0].ShouldBe(ClipTokens.Start);
        ids[75].ShouldBe(ids[1]);
        ids[76].ShouldBe(ClipTokens.End);
    }

    [Fact]
    public void Prompts_are_scored_by_a_softmax_of_scaled_cosines()
    {
        float[] image = [0.6f, 0.8f];
        var scores = ZeroShot.Score(image, [[1, 0], [0, 1]], 10);
        scores.Sum().ShouldBe(1, 1e-12);
        (scores[1] / scores[0]).ShouldBe(Math.Exp(10 * 0.2), 1e-5);
        ZeroShot.Score(image, [[1, 0], [0, 1]], 1e6).ShouldBe([0, 1]);
        Should.Throw<ArgumentException>(() => ZeroShot.Score(image, [[1]], 1));
    }

    [Theory]
    [InlineData("vocab.json", "\"cat</w>\": 2368", "\"cat</w>\": 2369", "vocab.json is not CLIP's vocabulary")]
    [InlineData("merges.txt", "i n\n", "n i\n", "its merges differ from number 1 on")]
    [InlineData("config.json", "\"vocab_size\": 49408", "\"vocab_size\": 30522", "vocab_size is 30522; CLIP's tokenizer has 49408 tokens")]
    public void Another_vocabulary_is_refused_by_name(string file, string old, string other, string message)
    {
        var text = File.ReadAllText(_folder.File(file));
        text.ShouldContain(old);
        File.WriteAllText(_folder.File(file), text.Replace(old, other, StringComparison.Ordinal));
        var error = Should.Throw<InvalidDataException>(() => FolderVocabulary.Check(_folder.Path, JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!["text_config"]!["vocab_size"]!.GetValue<int>()));
        error.Message.ShouldContain(message);
        error.Message.ShouldContain(file);
    }

    [Fact]
    public void The_real_tokenizer_files_are_taken_for_CLIPs() =>
        FolderVocabulary.Check(SharedFolder.Path("golden", "tiny-clip"), 49_408);

    [Fact]
    public void Exported_models_are_taken_as_they_are()
    {
        var exported = _folder.File("exported");
        Directory.CreateDirectory(Path.Combine(exported, "onnx"));
        using (var clip = new ClipFolder(_folder.Path))
        {
            File.WriteAllBytes(Path.Combine(exported, "onnx", "vision_model.onnx"), PlainClip.Image(clip.Weights, clip.Config));
            File.WriteAllBytes(Path.Combine(exported, "text_model.onnx"), PlainClip.Text(clip.Weights, clip.Config));
        }

        ModelOptions built = new() { Path = _folder.Path }, ready = new() { Path = exported };
        string[] captions = ["a cat", "two cats and a dog in the snow"];
        using (TextEncoder one = TextEncoder.Open(built), other = TextEncoder.Open(ready))
            for (var i = 0; i < captions.Length; i++) Towers.Cosine(one.Embed(captions)[i]!, other.Embed(captions)[i]!).ShouldBeGreaterThan(0.999999);
        using (ImageEncoder one = ImageEncoder.Open(built), other = ImageEncoder.Open(ready))
        {
            Towers.Cosine(one.Embed(Towers.Pictures(1))[0]!, other.Embed(Towers.Pictures(1))[0]!).ShouldBeGreaterThan(0.999999);
            one.Model.DefaultThreshold.ShouldBe(0.94);
        }

        Should.Throw<InvalidDataException>(() => ImageEncoder.Open(ready with { Precision = ModelPrecision.Int8 })).Message.ShouldContain("model.precision Int8 is for folders with safetensors");
        Should.Throw<FileNotFoundException>(() => ImageEncoder.Open(new ModelOptions { Path = _folder.File("exported", "onnx", "..", "..", "cache-none") }));
        Should.Throw<FileNotFoundException>(() => TextEncoder.Open(new ModelOptions())).Message.ShouldContain("built-in has no text tower");
    }
}
