using System.Buffers.Binary;
using System.Globalization;
using Memorization.Clustering;
using Memorization.Pipelines.Bench;
using Memorization.Store;
using Memorization.Tests.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

public sealed class ClusterVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Families_are_labelled_with_their_first_row()
    {
        var vectors = MadeVectors.Make(300, 64, seed: 2);
        var run = await Program.RunAsync("cluster", "--vectors", Written(vectors), "--threshold", "0.93", "--out", _folder.File("labels.npy"), "--json");
        run.ExitCode.ShouldBe(0, run.Error);
        var expected = Naive.Components([.. vectors.Select((values, i) => new KeyedVector(Row(i), values))], 0.93);
        var bytes = File.ReadAllBytes(_folder.File("labels.npy")).AsSpan(128);
        bytes.Length.ShouldBe(300 * 8);
        for (var i = 0; i < 300; i++) Row((int)BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * 8)..])).ShouldBe(expected[i], $"row {i}");
        run.Json().GetProperty("families").GetInt32().ShouldBe(expected.CountBy(key => key).Count(family => family.Value > 1));
        run.Json().GetProperty("vectors").GetInt32().ShouldBe(300);
    }

    [Fact]
    public async Task A_row_that_cannot_be_compared_is_one_line()
    {
        var path = Written([[(Half)1, (Half)0], [(Half)0, Half.NaN]]);
        (await Program.RunAsync("cluster", "--vectors", path)).UserError().ShouldContain($"{path}: row 1 cannot be compared: value 1 is NaN");
        (await Program.RunAsync("cluster", "--vectors", path, "--threshold", "1.5")).UserError().ShouldContain("--threshold must be above 0 and at most 1");
        (await Program.RunAsync("cluster", "--vectors", _folder.File("none.npy"))).UserError().ShouldContain("none.npy");
    }

    [Fact]
    public async Task A_study_s_families_are_published_at_another_threshold_and_back()
    {
        var demo = _folder.File("demo");
        (await Program.RunAsync("demo", "--rows", "1000", "--faults", "off", "--out", demo, "--quiet")).ExitCode.ShouldBe(0);
        var study = Path.Combine(demo, "study.json");
        var at = (await Program.RunAsync("cluster", study, "--json")).Json();
        at.GetProperty("changed").GetBoolean().ShouldBeFalse();
        var higher = (await Program.RunAsync("cluster", study, "--threshold", "0.97", "--json")).Json();
        higher.GetProperty("changed").GetBoolean().ShouldBeTrue();
        higher.GetProperty("images").GetInt64().ShouldBe(at.GetProperty("images").GetInt64());
        higher.GetProperty("least_similarity").GetDouble().ShouldBeGreaterThan(at.GetProperty("least_similarity").GetDouble());
        var back = (await Program.RunAsync("cluster", study, "--threshold", at.GetProperty("threshold").GetDouble().ToString(CultureInfo.InvariantCulture), "--json")).Json();
        foreach (var same in new[] { "families", "largest", "chained" }) back.GetProperty(same).GetInt64().ShouldBe(at.GetProperty(same).GetInt64());
        (await Program.RunAsync("cluster", study, "--threshold", "0.1")).UserError().ShouldContain("no threshold can lie below");
    }

    [Fact]
    public async Task Neither_or_both_of_study_and_vectors_is_one_line()
    {
        (await Program.RunAsync("cluster")).UserError().ShouldContain("either a STUDY or --vectors");
        (await Program.RunAsync("cluster", "study.json", "--vectors", "x.npy")).UserError().ShouldContain("either a STUDY or --vectors");
    }

    [Fact]
    public async Task No_vectors_have_no_families()
    {
        var run = await Program.RunAsync("cluster", "--vectors", Written([], 3), "--json");
        run.Json().GetProperty("vectors").GetInt32().ShouldBe(0);
    }

    private string Written(Half[][] vectors, int width = 0)
    {
        var path = _folder.File("vectors.npy");
        using var file = new NpyWriter<Half>(path, vectors.Length > 0 ? vectors[0].Length : width);
        foreach (var values in vectors) file.Write(values);
        return path;
    }

    // Keys in the order of the rows.
    private static ContentKey Row(int i)
    {
        var key = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(28), i);
        return ContentKey.FromBytes(key);
    }
}
