using Memorization.Clip;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Objects;
using Memorization.Statistics;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Objects;

/// <summary>An object from rows to estimates, on a made world whose truth is known.</summary>
public sealed class ObjectStudyTests(ITestOutputHelper output) : IDisposable
{
    private static readonly ObjectOptions Flag = new()
    {
        Name = "flag",
        Keyword = "astronaut",
        Aliases = ["usa", "stars and stripes"],
        Controls = ["pilot"],
        References = ["flag.png"],
        Scales = [0.5],
        Overlap = 0.3,
    };

    private readonly ObjectWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Flags_of_any_size_anywhere_score_above_every_picture_without_one()
    {
        await WriteAsync([.. Enumerable.Range(0, 10).Select(i => new WorldRow(i % 2 == 0 ? "astronaut flown" : "astronaut", FlagPictures.Png(i, flag: i % 2 == 0, anywhere: true), i))]);

        var result = await _world.RunAsync(Flag with { Scales = [0.6, 0.42], Overlap = null });

        var (flags, others) = Scores(result);
        output.WriteLine($"with {flags.Min():F3} to {flags.Max():F3}, without up to {others.Max():F3}; {result.Images.TilesNow} tiles");
        flags.Min().ShouldBeGreaterThan(result.Calibration.Threshold);
        others.Max().ShouldBeLessThan(result.Calibration.Threshold - 0.15);
        result.Rows.ShouldAllBe(row => row.Score.TileLeft >= 0 && row.Score.TileTop >= 0 && row.Score.TileLeft + row.Score.TileWidth <= 1 + 1e-9 && row.Score.TileTop + row.Score.TileHeight <= 1 + 1e-9);
    }

    [Fact]
    public async Task The_funnel_adds_up_and_counts_are_those_of_rows_images_and_families()
    {
        await WriteAsync(World());

        var result = await _world.RunAsync(Flag with { Threshold = 0.6 });

        foreach (var (group, expected) in result.Groups.Zip(new long[] { 11, 2, 4, 1, 3, 0 })) (group.Group.Name, group.Funnel.Kept).ShouldBe((group.Group.Name, expected));
        result.Groups[0].Funnel.ShouldBe(new GroupFunnel(Kept: 11, WithoutImage: 1, NotDrawn: 0, WithoutPixels: 0, Unreadable: 0, WithoutScore: 0, Scored: 10, ScoredByThumbnail: 0));
        foreach (var of in result.Groups.Select(group => group.Funnel))
            (of.WithoutImage + of.NotDrawn + of.WithoutPixels + of.Unreadable + of.WithoutScore + of.Scored).ShouldBe(of.Kept);

        // Of the keyword's rows that do not name it: 5 rows of 3 images in 2 families show it, among 10 rows of 8 images in 7 families.
        result.Groups[0].Prevalence.Select(of => (of.Unit, of.Positives, of.All)).ShouldBe(
            [(CountedUnit.Rows, 5, 10), (CountedUnit.Images, 3, 8), (CountedUnit.Families, 2, 7)]);
        var rows = result.Groups[0].Prevalence[0];
        rows.Apparent!.Value.ShouldBe(0.5);
        rows.Wilson.ShouldBe(new Proportion(5, 10).Wilson());
        (rows.Corrected, rows.CorrectedInterval, rows.CorrectedClustered).ShouldBe((null, null, null));
        (rows.Clustered!.Value.High - rows.Clustered.Value.Low).ShouldBeGreaterThan(rows.Wilson!.Value.High - rows.Wilson.Value.Low); // 5 rows that are 2 families
        var ratio = result.Ratios.Single(ratio => ratio.Unit == CountedUnit.Rows && ratio.Against.Kind == GroupKind.Control);
        ratio.Ratio!.Value.ShouldBe(0.5 / (1 / 4.0), 1e-12);
        ratio.IsAdjusted.ShouldBeFalse();
        result.Ratios.Single(ratio => ratio.Unit == CountedUnit.Rows && ratio.Against.Kind == GroupKind.Other).IsAdjusted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_run_looks_at_nothing_and_a_new_picture_at_itself_alone()
    {
        var world = World();
        await WriteAsync(world[..^1]);
        var first = await _world.RunAsync(Flag);
        first.Images.TilesNow.ShouldBeGreaterThan(500);
        first.Images.ScoredNow.ShouldBe(first.Images.Scored);

        var second = await _world.RunAsync(Flag);
        (second.Images.TilesNow, second.Images.ScoredNow).ShouldBe((0, 0));
        second.Rows.Select(row => row.Score).ShouldBe(first.Rows.Select(row => row.Score));

        await _world.WriteAsync(world, run: "run2");
        (await _world.RunAsync(Flag)).Images.ScoredNow.ShouldBe(1);
        (await _world.RunAsync(Flag with { Overlap = 0.4 })).Images.ScoredNow.ShouldBe(first.Images.Scored + 1);
        (await _world.RunAsync(Flag with { Threshold = 0.3, Seed = 5 })).Images.TilesNow.ShouldBe(0);
    }

    [Fact]
    public async Task Scores_and_results_are_no_part_of_what_verify_optimize_and_vacuum_look_at()
    {
        await WriteAsync(World());
        await _world.RunAsync(Flag);
        var files = Directory.GetFiles(Path.Combine(_world.Store, "objects"), "*", SearchOption.AllDirectories);
        files.Length.ShouldBe(2);

        (await StoreVerification.RunAsync(_world.Store)).Findings.ShouldBeEmpty();
        using (var held = await HeldStore.TakeAsync(_world.Store, "vacuum", TimeProvider.System))
        {
            await new StoreOptimize(held, TimeProvider.System).RunAsync(default);
            await StoreVacuum.RunAsync(held, TimeSpan.Zero, TimeProvider.System, delete: true);
        }

        Directory.GetFiles(Path.Combine(_world.Store, "objects"), "*", SearchOption.AllDirectories).ShouldBe(files, ignoreOrder: true);
        (await _world.RunAsync(Flag)).Images.TilesNow.ShouldBe(0);
        (await StoreVerification.RunAsync(_world.Store)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Told_to_end_it_keeps_what_it_has_and_goes_on_from_there()
    {
        var clip = Clip();
        var flag = Flag with { References = [], Prompts = ["a flag"], Contrast = ["a cat"], Scales = [1] };
        await WriteAsync([.. Enumerable.Range(0, 40).Select(i => new WorldRow($"astronaut {i}", FlagPictures.Png(i, flag: false, width: 64, height: 64), i))]);
        using var drain = new CancellationTokenSource();
        await drain.CancelAsync();

        (await _world.TryRunAsync(flag, clip, drain.Token)).ShouldBeNull();

        var result = await _world.RunAsync(flag, clip);
        (result.Images.Scored, result.Images.ScoredNow).ShouldBe((40, 8)); // the first 32 were under way
    }

    [Fact]
    public async Task Thumbnails_stand_in_for_pictures_that_were_not_kept_and_nothing_for_nothing()
    {
        await _world.WriteAsync(World(), StoredImages.Thumbnail);
        _world.WriteFile("flag.png", FlagPictures.Crop());

        var result = await _world.RunAsync(Flag);

        (result.Images.Original, result.Images.Thumbnail, result.Images.Scored).ShouldBe((0, result.Images.Wanted, result.Images.Wanted));
        result.Groups[0].Funnel.ScoredByThumbnail.ShouldBe(10);

        using var bare = new ObjectWorld();
        await bare.WriteAsync(World(), StoredImages.None);
        bare.WriteFile("flag.png", FlagPictures.Crop());
        result = await bare.RunAsync(Flag);
        result.Groups[0].Funnel.ShouldBe(new GroupFunnel(11, 1, 0, WithoutPixels: 10, 0, 0, Scored: 0, 0));
        result.Groups[0].Prevalence[0].Apparent.ShouldBeNull();
        result.Ratios[0].Ratio.ShouldBeNull();
    }

    [Fact]
    public async Task Damaged_bytes_are_unreadable_and_counted()
    {
        await WriteAsync(World());
        var shard = Directory.GetFiles(Path.Combine(_world.Store, "blobs")).ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(shard);
        for (var i = 1000; i < bytes.Length / 2; i += 512) bytes[i] ^= 0xFF;
        await File.WriteAllBytesAsync(shard, bytes);

        var result = await _world.RunAsync(Flag);

        result.Images.Unreadable.ShouldBeGreaterThan(0);
        (result.Images.Scored + result.Images.Unreadable).ShouldBe(result.Images.Wanted);
        foreach (var of in result.Groups.Select(group => group.Funnel)) (of.WithoutImage + of.Unreadable + of.Scored).ShouldBe(of.Kept);
    }

    [Fact]
    public async Task Labels_calibrate_and_correct()
    {
        var world = World();
        await WriteAsync(world);
        var labelled = world.Where(row => row.Picture is not null).DistinctBy(row => ObjectWorld.ContentOf(row.Picture!)).ToList();
        foreach (var person in (string[])["Ada", "Ben"])
        {
            var answers = labelled.Select(row => $$"""{ "content_id": "{{ObjectWorld.ContentOf(row.Picture!)}}", "answer": "{{(row.Caption.Contains("flown", StringComparison.Ordinal) ? "yes" : "no")}}" }""");
            _world.WriteLabels($"labels/{person}.json", $$"""{ "object": "flag", "labeller": "{{person}}", "answers": [{{string.Join(", ", answers)}}] }""");
        }

        var result = await _world.RunAsync(Flag with { Labels = ["labels/*.json"] });

        result.Calibration.Source.ShouldBe(ThresholdSource.Labels);
        result.Calibration.Measurement.ShouldBe(Measurement.CrossValidated);
        result.Calibration.Auc.ShouldBe(1);
        result.Labels.Agreements.ShouldHaveSingleItem().Kappa.ShouldBe(1);
        (result.Groups[0].ByHand.Positives, result.Groups[0].ByHand.All).ShouldBe((3, 8));
        var images = result.Groups[0].Prevalence.Single(of => of.Unit == CountedUnit.Images);
        images.Corrected!.Value.ShouldBe(TruePrevalence.Of(3 / 8.0, result.Calibration.Sensitivity.Share!.Value, result.Calibration.Specificity.Share!.Value)!.Value, 1e-12);
        images.CorrectedInterval!.Value.Contains(3 / 8.0).ShouldBeTrue();
    }

    [Fact]
    public async Task Groups_other_than_the_keywords_are_drawn_and_the_seed_decides()
    {
        await WriteAsync([new("astronaut", FlagPictures.Png(0, flag: false), 0), .. Enumerable.Range(1, 12).Select(i => new WorldRow($"pilot {i}", FlagPictures.Png(i, flag: false), i))]);

        var result = await _world.RunAsync(Flag with { SampleRows = 5 });
        var other = await _world.RunAsync(Flag with { SampleRows = 5, Seed = 2 });

        result.Groups.Single(group => group.Group.Words == "pilot" && !group.Group.IsNamed).Funnel.ShouldBe(new GroupFunnel(12, 0, NotDrawn: 7, 0, 0, 0, Scored: 5, 0));
        result.Rows.Select(row => row.Row.RowKey).Order().ShouldNotBe(other.Rows.Select(row => row.Row.RowKey).Order());
    }

    [Fact]
    public async Task A_CLIPs_prompts_score_tiles_as_its_towers_say()
    {
        var model = Clip();
        var picture = FlagPictures.Png(3, flag: true, width: 240, height: 240);
        await WriteAsync([new("astronaut", picture, 0)]);
        var options = Flag with { References = [], Prompts = ["a flag", "stripes"], Contrast = ["a cat", "the sea", "a house"], Scales = [1] };

        var result = await _world.RunAsync(options, model);

        // The only tile of a square picture at scale 1 is the whole of it: what the model sees of it anyway.
        using var text = TextEncoder.Open(model);
        using var images = ImageEncoder.Open(model);
        var prompts = text.Embed(["a flag", "stripes", "a cat", "the sea", "a house"]);
        new Memorization.Images.ImageDecoder(side: images.Model.Side).Decode(picture).IsKept(out var pixels).ShouldBeTrue();
        var image = images.Embed([pixels!.Rgb])[0]!;
        var powers = prompts.Select(prompt => Math.Exp(text.LogitScale * prompt!.Zip(image, (a, b) => (double)a * b).Sum())).ToArray();
        result.Rows.ShouldHaveSingleItem().Score.Score!.Value.ShouldBe((powers[0] + powers[1]) / powers.Sum(), 1e-4);
        result.Images.TilesNow.ShouldBe(1);
        (result.Calibration.Threshold, result.Calibration.Source).ShouldBe((0.5, ThresholdSource.Default));
        (await _world.RunAsync(options with { Prompts = ["a flag"] }, model)).Images.TilesNow.ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_in_one_line()
    {
        await WriteAsync([new("astronaut", FlagPictures.Png(0, flag: false), 0)]);

        (await RefusedAsync(Flag with { References = [], Prompts = ["a flag"], Contrast = ["a cat"] })).ShouldContain("has no text tower to read its prompts; name a CLIP's folder as model.path");
        (await RefusedAsync(Flag with { Keyword = "submarine" })).ShouldContain("no row of the study has the keyword \"submarine\"; make it one of the study's keywords");
        (await RefusedAsync(Flag with { References = ["nothing-*.png"] })).ShouldContain("there is no such file");
        _world.WriteFile("flag.png", [1, 2, 3]);
        (await RefusedAsync(Flag)).ShouldContain("flag.png cannot be decoded (UnsupportedFormat)");
    }

    // 7 families of the keyword without a name (two with the flag: one of copies), and what it is held against.
    private static List<WorldRow> World()
    {
        var copies = new[] { FlagPictures.Png(100, flag: true), FlagPictures.Png(101, flag: true) };
        List<WorldRow> rows =
        [
            new("an astronaut, flown", copies[0], 0), new("an astronaut, flown again", copies[0], 0), new("astronaut flown once more", copies[0], 0), new("astronaut flown", copies[1], 0),
            new("astronaut flown alone", FlagPictures.Png(102, flag: true), 1),
            .. Enumerable.Range(2, 5).Select(i => new WorldRow($"astronaut number {i}", FlagPictures.Png(i, flag: false), i)),
            new("astronaut that is gone", null, 0),
            new("USA astronaut flown", FlagPictures.Png(103, flag: true), 20), new("Stars and Stripes, an astronaut", FlagPictures.Png(21, flag: false), 21),
            .. Enumerable.Range(30, 3).Select(i => new WorldRow($"pilot {i}", FlagPictures.Png(i, flag: false), i)),
            new("pilot flown", FlagPictures.Png(104, flag: true), 37),
            new("a pilot of the USA", FlagPictures.Png(38, flag: false), 38),
            .. Enumerable.Range(40, 3).Select(i => new WorldRow($"teapot {i}", FlagPictures.Png(i, flag: false), i)),
        ];
        return rows;
    }

    private ModelOptions Clip()
    {
        var folder = Path.Combine(_world.Folder, "clip");
        RandomClip.Write(folder, ClipArchitecture.Known.Single(known => known.Name == "tiny"), 1);
        return new ModelOptions { Path = folder };
    }

    private static (List<double> Flags, List<double> Others) Scores(ObjectResult result)
    {
        var byFlag = result.Rows.ToLookup(row => row.Row.Caption.Contains("flown", StringComparison.Ordinal), row => row.Score.Score!.Value);
        return ([.. byFlag[true]], [.. byFlag[false]]);
    }

    private async Task WriteAsync(IReadOnlyList<WorldRow> rows)
    {
        await _world.WriteAsync(rows);
        _world.WriteFile("flag.png", FlagPictures.Crop());
    }

    private async Task<string> RefusedAsync(ObjectOptions options)
    {
        var message = (await Should.ThrowAsync<SetupException>(() => _world.RunAsync(options))).Message;
        message.ShouldNotContain("\n");
        return message;
    }
}
