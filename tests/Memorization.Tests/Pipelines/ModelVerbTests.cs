using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Memorization.Tests.Clip;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>The verbs around models, run as a person runs them.</summary>
public sealed class ModelVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_random_model_is_made_verified_built_and_embeds()
    {
        var model = _folder.File("model");
        (await RunAsync("model", "random", "--arch", "tiny", "--seed", "4", "--out", model)).ExitCode.ShouldBe(0);
        var verified = (await RunAsync("model", "verify", model, "--json", "--vectors", _folder.File("vectors"))).Json();
        verified.GetProperty("contents").GetProperty("tensors").GetInt32().ShouldBe(78);
        var built = (await RunAsync("model", "build", model, "--json")).Json();
        built[0].GetProperty("model_id").GetString().ShouldBe(verified.GetProperty("image_model_id").GetString());
        File.Exists(built[1].GetProperty("path").GetString()).ShouldBeTrue();
        new FileInfo(_folder.File("vectors", "image.npy")).Length.ShouldBe(128 + 64 * 32 * 4);

        Directory.CreateDirectory(_folder.File("images", "below"));
        File.WriteAllBytes(_folder.File("images", "below", "a.bmp"), Bmp(40, 30));
        File.WriteAllText(_folder.File("images", "b.jpg"), "no image");
        var lines = await LinesAsync("embed", "--model", model, "--images", _folder.File("images"), "--json", "--out", _folder.File("out"));
        lines.Select(line => line.GetProperty("file").GetString()).ShouldBe(["b.jpg", "below/a.bmp"]);
        lines.Select(line => line.GetProperty("outcome").GetString()).ShouldBe(["rejected", "kept"]);
        lines[0].GetProperty("reason").GetString().ShouldBe("UnsupportedFormat");
        lines[0].GetProperty("embedding").ValueKind.ShouldBe(JsonValueKind.Null);
        var embedding = lines[1].GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray();
        embedding.Sum(x => (double)x * x).ShouldBe(1, 1e-5);

        // clip-retrieval's layout: the one embedding that was kept, in float16.
        var npy = File.ReadAllBytes(_folder.File("out", "img_emb", "img_emb_0.npy"));
        npy.Length.ShouldBe(128 + 2 * 32);
        System.Text.Encoding.Latin1.GetString(npy, 0, 128).ShouldStartWith("\u0093NUMPY\u0001\0v\0{'descr': '<f2', 'fortran_order': False, 'shape': (1, 32), }");
        Enumerable.Range(0, 32).Select(i => (float)BinaryPrimitives.ReadHalfLittleEndian(npy.AsSpan(128 + 2 * i))).Zip(embedding, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-3f);
        File.Exists(_folder.File("out", "metadata", "metadata_0.parquet")).ShouldBeTrue();

        File.WriteAllLines(_folder.File("captions.txt"), ["a cat", "a dog"]);
        var captions = await LinesAsync("embed", "--model", model, "--captions", _folder.File("captions.txt"), "--json", "--precision", "int8");
        captions.Select(line => line.GetProperty("caption").GetString()).ShouldBe(["a cat", "a dog"]);
        captions.ShouldAllBe(line => line.GetProperty("embedding").GetArrayLength() == 32);
    }

    [Fact]
    public async Task The_bench_embeds_made_pictures_and_says_where_the_time_went()
    {
        var found = (await RunAsync("bench", "embed", "--arch", "tiny", "--images", "64", "--batch", "4,8", "--runs", "2", "--lanes", "2", "--device", "cpu,cpu", "--json")).Json();
        found.GetProperty("unit").GetString().ShouldBe("images/s");
        found.GetProperty("threads").GetInt32().ShouldBe(4);
        var details = found.GetProperty("details");
        foreach (var name in (string[])["batch 4, model alone", "batch 4, stage", "batch 8, model alone", "batch 8, stage", "peak_bytes"])
            details.GetProperty(name).GetDouble().ShouldBePositive();
        details.EnumerateObject().Count(detail => detail.Name.EndsWith("ns/image", StringComparison.Ordinal)).ShouldBe(5);
    }

    [Theory]
    [InlineData("cud", "device \"cud\" is none of cpu, cuda, cuda:N and auto")]
    [InlineData("cpu,cuda", "name one kind")]
    public async Task A_device_that_cannot_be_meant_is_one_line(string device, string message) =>
        (await Program.RunAsync("bench", "embed", "--arch", "tiny", "--device", device)).UserError().ShouldContain(message);

    [Fact]
    public async Task A_GPU_that_is_not_there_is_one_line_and_not_a_run_on_the_processor()
    {
        var model = _folder.File("model");
        await RunAsync("model", "random", "--arch", "tiny", "--out", model);
        File.WriteAllText(_folder.File("captions.txt"), "a cat");
        var error = (await Program.RunAsync("embed", "--model", model, "--captions", _folder.File("captions.txt"), "--device", "cuda:99")).UserError();
        error.ShouldContain("device cuda:99: ");
        error.ShouldContain("docs/gpu.md");
        (await Program.RunAsync("model", "verify", model, "--device", "cuda", "--precision", "int8")).UserError().ShouldContain("int8 is for CPUs");
    }

    [Fact]
    public async Task A_broken_model_is_one_line_that_names_the_file_and_the_tensor()
    {
        var model = _folder.File("model");
        await RunAsync("model", "random", "--arch", "tiny", "--out", model);
        using (var file = new FileStream(Path.Combine(model, "model.safetensors"), FileMode.Open)) file.SetLength(file.Length - 1);
        (await Program.RunAsync("model", "verify", model)).UserError().ShouldMatch("^error: .*model.safetensors is not a usable safetensors file: tensor visual_projection.weight: its bytes .* cut off");
        (await Program.RunAsync("model", "verify", _folder.File("none"))).UserError().ShouldContain(_folder.File("none"));
        (await Program.RunAsync("model", "random", "--arch", "ViT-Z", "--out", model)).UserError().ShouldContain("ViT-B/32");
        (await Program.RunAsync("embed", "--model", "built-in", "--captions", "x.txt")).UserError().ShouldContain("built-in has no text tower");
        (await Program.RunAsync("embed", "--model", "built-in")).UserError().ShouldContain("either --images DIR or --captions FILE");
        (await Program.RunAsync("embed", "--model", "built-in", "--images", _folder.File("none"))).UserError().ShouldContain("there is no folder");
    }

    [Fact]
    public async Task Decoded_pixels_are_written_raw_with_their_hash()
    {
        Directory.CreateDirectory(_folder.File("images"));
        File.WriteAllBytes(_folder.File("images", "a.bmp"), Bmp(40, 30));
        File.WriteAllBytes(_folder.File("images", "b.png"), []);
        var lines = await LinesAsync("decode", "--images", _folder.File("images"), "--out", _folder.File("out"));
        lines.Select(line => line.GetProperty("outcome").GetString()).ShouldBe(["kept", "rejected"]);
        (lines[0].GetProperty("width").GetInt32(), lines[0].GetProperty("height").GetInt32()).ShouldBe((40, 30));
        var raw = File.ReadAllBytes(_folder.File("out", "a.bmp.rgb"));
        raw.Length.ShouldBe(224 * 224 * 3);
        lines[0].GetProperty("pixels_sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(raw)));
        File.Exists(_folder.File("out", "b.png.rgb")).ShouldBeFalse();
    }

    [Fact]
    public async Task Captions_are_tokenized_line_by_line()
    {
        File.WriteAllLines(_folder.File("captions.jsonl"), ["\"a photo of a cat\"", """{"text": "", "id": 5}"""]);
        var lines = await LinesAsync("tokenize", _folder.File("captions.jsonl"));
        lines[0].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ShouldBe([ClipTokens.Start, 320, 1125, 539, 320, 2368, ClipTokens.End]);
        lines[1].GetProperty("count").GetInt32().ShouldBe(2);
        File.WriteAllLines(_folder.File("wrong.jsonl"), ["5"]);
        (await Program.RunAsync("tokenize", _folder.File("wrong.jsonl"))).UserError().ShouldContain("line 1 of ");
    }

    private static async Task<Program.Result> RunAsync(params string[] arguments)
    {
        var result = await Program.RunAsync(arguments);
        result.ExitCode.ShouldBe(0, result.Error);
        return result;
    }

    private static async Task<JsonElement[]> LinesAsync(params string[] arguments) =>
        [.. (await RunAsync(arguments)).Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    // 24 bits per pixel, from below to above.
    private static byte[] Bmp(int width, int height)
    {
        var stride = (width * 3 + 3) / 4 * 4;
        var bytes = new byte[54 + stride * height];
        bytes[0] = (byte)'B';
        bytes[1] = (byte)'M';
        foreach (var (place, value) in new[] { (2, bytes.Length), (10, 54), (14, 40), (18, width), (22, height), (34, stride * height) })
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(place), value);
        bytes[26] = 1;
        bytes[28] = 24;
        for (var i = 54; i < bytes.Length; i++) bytes[i] = (byte)(i * 7);
        return bytes;
    }
}
