using Memorization.Configuration;
using Memorization.Images;
using Memorization.Replication;
using Memorization.Replication.Diffusion;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Replication;

public sealed class GenerationTests : IDisposable
{
    private const int Seeds = 7;

    private static readonly GenerationSettings Settings = GenerationSettings.Of(new string('a', 64), new() { Steps = 3 });
    private static readonly Probe[] Probes = [new("a starry night"), new("Blühende Mandelbäume 🌸") { Family = "f1", Kind = "keywords" }, new("a starry night") { Kind = "short" }];

    private readonly TemporaryFolder _folder = new();
    private readonly List<DiffusionRequest> _made = [];

    public void Dispose() => _folder.Dispose();

    // Two captions, seven seeds: killed before every number of images, in batches of one, three and twenty.
    [Fact]
    public void Killed_at_any_image_and_resumed_nothing_is_missing_and_nothing_made_twice()
    {
        var whole = Files(Run("whole", 20, int.MaxValue));
        whole.Count.ShouldBe(2 * Seeds);
        foreach (var batch in (ReadOnlySpan<int>)[1, 3, 20])
        {
            for (var killed = 0; killed < 2 * Seeds; killed++)
            {
                var name = $"{batch}-{killed}";
                _made.Clear();
                Should.Throw<TimeoutException>(() => Run(name, batch, killed));
                Run(name, batch, int.MaxValue);
                _made.Distinct().Count().ShouldBe(2 * Seeds);
                (_made.Count - 2 * Seeds).ShouldBeLessThanOrEqualTo(batch); // at most the images of the batch that was under way
                Files(_folder.File(name)).ShouldBe(whole);
                var again = _made.Count;
                Run(name, batch, int.MaxValue);
                _made.Count.ShouldBe(again);
            }
        }
    }

    [Fact]
    public void More_seeds_and_captions_are_added_to_those_that_are_there()
    {
        Run("images", 4, int.MaxValue);
        _made.Clear();
        using var folder = GenerationFolder.Open(_folder.File("images"), Settings);
        var more = new Generation(folder, [new Probe("sunflowers"), Probes[0]], 5, 4);
        more.Run(Generate(int.MaxValue), 2, default);
        (more.Wanted, more.There, more.Made).ShouldBe((8, 2, 6));
        _made.ShouldBe([new("sunflowers", 5), new("sunflowers", 6), new("sunflowers", 7), new("sunflowers", 8), new("a starry night", 7), new("a starry night", 8)]);
        File.ReadLines(_folder.File("images", GenerationFolder.ProbesName)).Count().ShouldBe(4);
    }

    [Fact]
    public void What_a_killed_run_left_unfinished_is_removed()
    {
        Run("images", 4, int.MaxValue);
        var half = _folder.File("images", Probes[0].Id, "00009.png.77-1.tmp");
        File.WriteAllBytes(half, [1, 2, 3]);
        Run("images", 4, int.MaxValue);
        File.Exists(half).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_takes_no_images_of_other_settings_and_no_second_process()
    {
        using var folder = GenerationFolder.Open(_folder.File("images"), Settings);
        Should.Throw<SetupException>(() => GenerationFolder.Open(_folder.File("images"), Settings)).Message.ShouldContain("another process makes images");
        folder.Dispose();
        Should.Throw<SetupException>(() => GenerationFolder.Open(_folder.File("images"), Settings with { Steps = 50, Scheduler = SchedulerKind.Ddim })).Message
            .ShouldContain("(steps \"3\" there and \"50\" here; scheduler \"\" there and \"Ddim\" here)");
        GenerationFolder.Open(_folder.File("images"), Settings with { }).Dispose();
    }

    [Fact]
    public void An_image_carries_what_made_it()
    {
        Run("images", 4, int.MaxValue);
        PngFile.Texts(File.ReadAllBytes(_folder.File("images", Probes[1].Id, "00006.png"))).ToDictionary().ShouldBe(new Dictionary<string, string>
        {
            ["Software"] = "memorization",
            ["prompt"] = "Blühende Mandelbäume 🌸",
            ["negative_prompt"] = "",
            ["seed"] = "6",
            ["steps"] = "3",
            ["guidance"] = "7.5",
            ["scheduler"] = "the model's",
            ["model_id"] = new string('a', 64),
        }, ignoreOrder: true);
    }

    [Fact]
    public void Probes_are_read_as_captions_or_as_JSON_lines()
    {
        var probes = Probe.Read(["a cat", "", """{"family": "0a", "kind": "short", "caption": "a dog", "nearest_caption": "the dog", "cosine": 0.5}"""], "file");
        probes.ShouldBe([new("a cat"), new("a dog") { Family = "0a", Kind = "short", NearestCaption = "the dog", Cosine = 0.5 }]);
        Should.Throw<SetupException>(() => Probe.Read(["a", """{"family": "x"}"""], "file")).Message.ShouldStartWith("file: line 2 is not a probe");
        Should.Throw<SetupException>(() => Probe.Read(["""{"caption": " "}"""], "file")).Message.ShouldBe("file: line 1 has an empty caption");
        Should.Throw<SetupException>(() => Probe.Read([" "], "file")).Message.ShouldStartWith("file has no line");
    }

    private string Run(string name, int batch, int most)
    {
        using var folder = GenerationFolder.Open(_folder.File(name), Settings);
        new Generation(folder, Probes, 0, Seeds).Run(Generate(most), batch, default);
        return _folder.File(name);
    }

    // Pixels that tell caption and seed; fails in place of the image after so many.
    private Func<IReadOnlyList<DiffusionRequest>, IReadOnlyList<GeneratedImage>> Generate(int most) => requests => new Failing(requests.Select(request =>
    {
        _made.Add(request);
        return new GeneratedImage(2, 1, [(byte)request.Seed, (byte)request.Prompt.Length, 3, 4, 5, 6]);
    }).ToArray(), () => most-- > 0);

    private static List<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => $"{Path.GetRelativePath(folder, file)} {Convert.ToHexString(File.ReadAllBytes(file))}")];

    // A batch that ends with an exception while its images are being kept.
    private sealed class Failing(GeneratedImage[] images, Func<bool> goesOn) : IReadOnlyList<GeneratedImage>
    {
        public int Count => images.Length;

        public GeneratedImage this[int index] => goesOn() ? images[index] : throw new TimeoutException();

        public IEnumerator<GeneratedImage> GetEnumerator() => images.AsEnumerable().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
