using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Objects;
using Memorization.Replication;
using Memorization.Replication.Scoring;
using Memorization.Statistics;
using Memorization.Tests.Objects;
using Shouldly;
using Xunit;
using Calibration = Memorization.Objects.Calibration;

namespace Memorization.Tests.Replication;

/// <summary>An object in generated images.</summary>
public sealed class GeneratedObjectTests : IDisposable
{
    private static readonly ObjectOptions Flag = new()
    {
        Name = "flag",
        Keyword = "astronaut",
        Aliases = ["usa"],
        Controls = ["pilot"],
        References = ["crops/*.png"],
        Scales = [0.5],
        Overlap = 0.3,
        Labels = ["labels/*.json"],
    };

    private readonly ObjectWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Shares_are_counted_by_caption_by_kind_and_over_all_and_corrected()
    {
        Probe[] probes = [new("a") { Kind = "object" }, new("b") { Kind = "object" }, new("b") { Kind = "short", Family = "ff" }, new("nobody asked")];
        var positives = Enumerable.Range(0, 10).Select(i => (Caption: "a", IsPositive: i < 5)).Concat(Enumerable.Range(0, 10).Select(i => (Caption: "b", IsPositive: i < 1))).ToLookup(image => image.Caption, image => image.IsPositive);

        var shares = GeneratedObject.SharesOf(positives, probes, Right(80, 90), seed: 1).ToList();

        shares.Select(share => (share.Group, share.Caption, share.Kind, share.Probes, share.Images, share.Positives)).ShouldBe(
            [("probe", "a", "object", 1, 10, 5), ("probe", "b", "object", 1, 10, 1), ("probe", "b", "short", 1, 10, 1), ("kind", null, "object", 2, 20, 6), ("kind", null, "short", 1, 10, 1), ("all", null, null, 2, 20, 6)]);

        // (0.5 + 0.9 - 1) / (0.8 + 0.9 - 1), and 0 where as many are positive as the detector errs.
        shares[0].Corrected!.Value.ShouldBe(4 / 7.0, 1e-12);
        shares[1].Corrected!.Value.ShouldBe(0, 1e-12);
        shares[5].Corrected!.Value.ShouldBe(2 / 7.0, 1e-12);
        shares[0].Interval!.Value.Low.ShouldBe(0.1871, 1e-4); // 5 of 10 by the published tables of Clopper and Pearson's interval
        shares[0].CorrectedInterval!.Value.Contains(4 / 7.0).ShouldBeTrue();
        shares[3].Interval.ShouldNotBeNull();
        (shares[4].Interval, shares[4].CorrectedInterval).ShouldBe((null, null)); // of one caption nothing can be drawn
    }

    [Fact]
    public void Without_labels_nothing_is_corrected()
    {
        var shares = GeneratedObject.SharesOf(new[] { ("a", true) }.ToLookup(image => image.Item1, image => image.Item2), [new("a")], Right(0, 0), seed: 1).ToList();
        shares.ShouldAllBe(share => share.Corrected == null && share.CorrectedInterval == null && share.Share == 1);
    }

    [Fact]
    public async Task Generated_images_are_searched_as_training_images_are()
    {
        await _world.WriteAsync(
        [
            .. Enumerable.Range(0, 6).Select(i => new WorldRow($"astronaut {i}", FlagPictures.Png(i, flag: i == 2), i)),
            .. Enumerable.Range(10, 3).Select(i => new WorldRow($"pilot {i}", FlagPictures.Png(i, flag: false), i)),
        ]);
        _world.WriteFile("crops/flag.png", FlagPictures.Crop());
        GivenEmbedding[] given = [.. Enumerable.Range(20, 8).Select(Generated), Generated(28) with { Caption = "somebody else's" }];
        await Should.ThrowAsync<SetupException>(() => SearchAsync(Flag)); // not yet
        await _world.RunAsync(Flag);

        var found = await SearchAsync(Flag);

        found.Shares.Select(share => (share.Group, share.Caption, share.Images, share.Positives)).ShouldBe([("probe", "an astronaut", 4, 4), ("probe", "a pilot", 4, 0), ("kind", null, 8, 4), ("all", null, 8, 4)]);
        (found.WithoutScore, found.Description).ShouldBe((0, Flag.Asked));
        (await SearchAsync(Flag)).Shares.ShouldBe(found.Shares);
        _world.WriteFile("crops/flag2.png", FlagPictures.Png(3, flag: true));
        (await Should.ThrowAsync<SetupException>(() => SearchAsync(Flag))).Message.ShouldContain("its references or model changed");

        // Even ones are of the first caption and have a flag.
        GivenEmbedding Generated(int i)
        {
            var bytes = FlagPictures.Png(i, flag: i % 2 == 0);
            _world.WriteFile($"generated/{i}.png", bytes);
            return new GivenEmbedding($"{i}.png", i % 2 == 0 ? "an astronaut" : "a pilot", i, [1]) { ContentId = ObjectWorld.ContentOf(bytes) };
        }

        Task<GeneratedObject> SearchAsync(ObjectOptions options) => GeneratedObject.SearchAsync(
            (_world.Store, 0, _world.Folder), options, new ModelOptions(), new DecodeOptions(), _ => null, new GivenImages(Path.Combine(_world.Folder, "generated")), given,
            [new("an astronaut"), new("a pilot"), new("an astronaut")], TestContext.Current.CancellationToken);
    }

    private static Calibration Right(int sensitive, int specific) => new()
    {
        Threshold = 0.5,
        Source = ThresholdSource.Given,
        Measurement = sensitive + specific == 0 ? Measurement.None : Measurement.Independent,
        Sensitivity = Of(sensitive),
        Specificity = Of(specific),
        Auc = null,
    };

    private static RightShare Of(int right) => RightShare.Of(new Proportion(right, right == 0 ? 0 : 100));
}
