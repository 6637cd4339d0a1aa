using Memorization.Configuration;
using Memorization.Replication.Diffusion;
using Shouldly;
using Xunit;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Tests.Replication;

public sealed class StableDiffusionTests : IDisposable
{
    private const double Scaling = 0.5;

    // "a starry night", as CLIP's vocabulary numbers it.
    private static readonly int[] Starry = [49406, 320, 30963, 930, 49407];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(7.5)]
    [InlineData(1.0)]
    public void An_image_is_what_the_models_formulas_give(double guidance)
    {
        MadeDiffusion.Write(_folder.Path, MadeDiffusion.VelocityDdim);
        using var model = Open();
        var made = model.Generate([new("a starry night", 7)], new() { Steps = 10, Guidance = guidance, NegativePrompt = "blurry" }, default).ShouldHaveSingleItem();
        (made.Width, made.Height, made.Rgb.Length).ShouldBe((16, 16, 768));
        Difference(made.Rgb, Expected(7, guidance, Padded(49407, Starry), Padded(49407, 49406, 21977, 49407))).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void One_seed_is_one_image_whoever_is_in_the_batch()
    {
        MadeDiffusion.Write(_folder.Path, MadeDiffusion.VelocityDdim);
        using var model = Open();
        var options = new DiffusionOptions { Steps = 5, Scheduler = SchedulerKind.EulerAncestral };
        using var other = new TemporaryFolder();
        MadeDiffusion.Write(other.Path, MadeDiffusion.VelocityDdim, timestep: ElementType.Float);
        using var floats = StableDiffusion.Open(other.Path, "cpu", 1);
        DiffusionRequest[] requests = [new("a starry night", 3), new("sunflowers", 4), new("a starry night", 5), new("", 3)];
        var together = floats.Generate(requests, options, default);
        for (var i = 0; i < requests.Length; i++)
            floats.Generate([requests[i]], options, default)[0].Rgb.ShouldBe(together[i].Rgb);
        together.Select(image => Convert.ToHexString(image.Rgb)).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void Half_precision_ports_differ_by_roundings_alone()
    {
        using var half = new TemporaryFolder();
        MadeDiffusion.Write(_folder.Path);
        MadeDiffusion.Write(half.Path, half: true);
        using var single = Open();
        using var rounded = StableDiffusion.Open(half.Path, "cpu", 1);
        DiffusionRequest[] requests = [new("a starry night", 1), new("sunflowers", 2)];
        var (a, b) = (single.Generate(requests, new() { Steps = 8, Guidance = 2 }, default), rounded.Generate(requests, new() { Steps = 8, Guidance = 2 }, default));
        for (var i = 0; i < 2; i++) Difference(a[i].Rgb, b[i].Rgb).ShouldBeLessThanOrEqualTo(6);
        single.ModelId().ShouldNotBe(rounded.ModelId());
    }

    [Fact]
    public void Prompts_are_padded_with_the_token_that_the_folder_names()
    {
        MadeDiffusion.Write(_folder.Path);
        new PromptTokens(Tokenizer).Encode("a starry night").ShouldBe(Padded(49407, Starry));
        MadeDiffusion.Write(_folder.Path, pad: "!");
        var tokens = new PromptTokens(Tokenizer);
        tokens.Encode("a starry night").ShouldBe(Padded(0, Starry));
        tokens.Encode("a starry! night").ShouldBe(Padded(0, 49406, 320, 30963, 0, 930, 49407));
        var cut = tokens.Encode(string.Join(' ', Enumerable.Repeat("night", 100)));
        cut.ShouldBe([49406, .. Enumerable.Repeat(930, 75), 49407]);
    }

    [Theory]
    [InlineData("scheduler/scheduler_config.json", """{"_class_name": "UniPCMultistepScheduler"}""", "UniPCMultistepScheduler")]
    [InlineData("model_index.json", """{"_class_name": "StableDiffusionXLPipeline"}""", "StableDiffusionXLPipeline")]
    [InlineData("unet/config.json", """{"sample_size": 8, "in_channels": 9}""", "in_channels is 9")]
    [InlineData("unet/config.json", """{"sample_size": 32, "in_channels": 4}""", "does not fit latents of 4×32×32")]
    [InlineData("vae_decoder/config.json", """{"shift_factor": 0.1}""", "shift_factor is 0.1")]
    [InlineData("tokenizer/special_tokens_map.json", """{"pad_token": "<pad>"}""", "pad_token \"<pad>\" is not in CLIP's vocabulary")]
    public void A_folder_of_another_kind_is_refused_with_the_key(string file, string json, string message)
    {
        MadeDiffusion.Write(_folder.Path);
        File.WriteAllText(_folder.File(file.Split('/')), json);
        Should.Throw<InvalidDataException>(() =>
        {
            using var model = Open();
            model.Check(new());
        }).Message.ShouldContain(message);
    }

    [Fact]
    public void A_text_encoder_of_another_width_and_a_missing_model_are_refused()
    {
        MadeDiffusion.Write(_folder.Path, width: 8);
        Should.Throw<InvalidDataException>(Open).Message.ShouldContain("reads 6 numbers a token and the text encoder gives 8");
        File.Delete(_folder.File("unet", "model.onnx"));
        Should.Throw<FileNotFoundException>(Open).Message.ShouldContain("unet");
    }

    [Fact]
    public void Timesteps_between_whole_ones_need_a_model_that_takes_them()
    {
        MadeDiffusion.Write(_folder.Path);
        using var model = Open();
        Should.Throw<SetupException>(() => model.Check(new() { Steps = 8, Scheduler = SchedulerKind.Euler })).Message.ShouldContain("takes whole timesteps and the scheduler gives 856.29");
    }

    private string Tokenizer => _folder.File("tokenizer");

    private StableDiffusion Open() => StableDiffusion.Open(_folder.Path, "cpu", 1);

    private static int[] Padded(int pad, params int[] ids) => [.. ids, .. Enumerable.Repeat(pad, 77 - ids.Length)];

    private static int Difference(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    // DDIM by velocity, written out for the made model's formulas.
    private static byte[] Expected(uint seed, double guidance, int[] prompt, int[] negative)
    {
        const int size = MadeDiffusion.Side * MadeDiffusion.Side;
        var config = SchedulerConfigs.Of(SchedulerKind.Ddim, Prediction.Velocity);
        var noise = new float[MadeDiffusion.Channels * size];
        new TorchRandom(seed).Normal(noise);
        var latents = noise.Select(value => (double)value).ToArray();
        var push = MadeDiffusion.Push(prompt);
        if (guidance > 1) push = MadeDiffusion.Push(negative) + guidance * (push - MadeDiffusion.Push(negative));
        for (var t = 901; t > 0; t -= 100)
        {
            double a = Gaussian.Alpha(config, t), b = Gaussian.Alpha(config, t - 100);
            for (var i = 0; i < latents.Length; i++)
            {
                double x = latents[i], v = x * (0.3 + t / 2000.0) + push * (i / size + 1);
                latents[i] = Math.Sqrt(b) * (Math.Sqrt(a) * x - Math.Sqrt(1 - a) * v) + Math.Sqrt(1 - b) * (Math.Sqrt(a) * v + Math.Sqrt(1 - a) * x);
            }
        }

        var rgb = new byte[MadeDiffusion.Pixels * MadeDiffusion.Pixels * 3];
        for (var i = 0; i < rgb.Length; i++)
        {
            var (y, x, plane) = (i / 48, i / 3 % 16, i % 3);
            var place = y / 2 * MadeDiffusion.Side + x / 2;
            var value = (latents[plane * size + place] + latents[3 * size + place] / 2) / Scaling;
            rgb[i] = (byte)Math.Round(Math.Clamp(value / 2 + 0.5, 0, 1) * 255);
        }

        return rgb;
    }
}
