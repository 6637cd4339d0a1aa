using System.Globalization;
using Memorization.Images;
using Memorization.Tests.Replication;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>generate, run as a person runs it.</summary>
public sealed class GenerateVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_run_goes_on_and_ends_with_the_images_of_one_that_was_not()
    {
        MadeDiffusion.Write(_folder.File("model"), MadeDiffusion.VelocityDdim);
        File.WriteAllLines(_folder.File("prompts.txt"), ["a starry night", """{"caption": "sunflowers", "kind": "keywords"}"""]);
        string[] command = ["generate", "--model", _folder.File("model"), "--prompts", _folder.File("prompts.txt"), "--seeds", "40", "--steps", "200", "--json"];

        using (var process = Program.Start([.. command, "--out", _folder.File("killed")]))
        {
            while (Images("killed").Count < 5 && !process.HasExited) await Task.Delay(5);
            process.Kill();
            await process.WaitForExitAsync();
        }

        var half = Images("killed").Count;
        half.ShouldBeInRange(5, 79);
        foreach (var file in Images("killed")) SKBitmap.Decode(Path.Combine(_folder.File("killed"), file)).ShouldNotBeNull().Dispose();
        var rest = (await Program.RunAsync([.. command, "--out", _folder.File("killed"), "--batch", "7"])).Json();
        rest.GetProperty("images_there").GetInt32().ShouldBe(half);
        rest.GetProperty("images_made").GetInt32().ShouldBe(80 - half);

        (await Program.RunAsync([.. command, "--out", _folder.File("whole"), "--batch", "16"])).Json().GetProperty("images_made").GetInt32().ShouldBe(80);
        Images("whole").ShouldBe(Images("killed"));
        foreach (var file in Images("whole")) File.ReadAllBytes(Path.Combine(_folder.File("whole"), file)).ShouldBe(File.ReadAllBytes(Path.Combine(_folder.File("killed"), file)));
        var texts = Images("whole").Select(file => PngFile.Texts(File.ReadAllBytes(Path.Combine(_folder.File("whole"), file))).ToDictionary()).ToList();
        texts.Select(text => $"{text["prompt"]} {text["seed"]}").Order().ShouldBe(
            new[] { "a starry night", "sunflowers" }.SelectMany(prompt => Enumerable.Range(0, 40).Select(seed => string.Create(CultureInfo.InvariantCulture, $"{prompt} {seed}"))).Order());
    }

    [Fact]
    public async Task What_cannot_be_used_is_one_line()
    {
        MadeDiffusion.Write(_folder.File("model"), """{"_class_name": "LCMScheduler"}""");
        File.WriteAllText(_folder.File("prompts.txt"), "a cat\n");
        (await Program.RunAsync("generate", "--model", _folder.File("model"), "--out", _folder.File("out"))).UserError().ShouldBe("error: generate needs --prompts, or a study beside which it finds probes.jsonl");
        (await Program.RunAsync("generate", "--model", _folder.File("none"), "--prompts", _folder.File("prompts.txt"), "--out", _folder.File("out"))).UserError().ShouldContain("diffusers' ONNX layout");
        (await Program.RunAsync("generate", "--model", _folder.File("model"), "--prompts", _folder.File("prompts.txt"), "--out", _folder.File("out"))).UserError().ShouldContain("_class_name is \"LCMScheduler\"");
        Directory.Exists(_folder.File("out")).ShouldBeFalse();
    }

    private List<string> Images(string folder) => !Directory.Exists(_folder.File(folder)) ? [] :
        [.. Directory.EnumerateFiles(_folder.File(folder), "*.png", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.File(folder), file)).Order(StringComparer.Ordinal)];
}
