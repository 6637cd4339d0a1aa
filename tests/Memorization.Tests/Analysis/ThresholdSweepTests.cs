using Memorization.Analysis;
using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

public sealed class ThresholdSweepTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_families_at_every_threshold_are_those_of_a_search_through_all_pairs(ulong seed)
    {
        var random = new SplitMix64(seed);
        var images = Enumerable.Range(0, 40).Select(_ => random.Below(600) / 100.0).ToList();
        List<PlanarRow> rows = [.. Enumerable.Range(1, 80).Select(number => (Number: number, Image: random.Below(40))).Select(row => new PlanarRow(row.Number, row.Image, images[row.Image], "van gogh"))];
        var sweep = (await PlanarStore.AnalyzeAsync(rows)).Sweep;

        sweep.Select(step => step.Threshold).ShouldBe(Enumerable.Range(80, 21).Select(hundredth => hundredth / 100.0));
        sweep.Single(step => step.IsStudys).Threshold.ShouldBe(PlanarStore.Threshold);
        var studys = Parts(rows, PlanarStore.Threshold);
        foreach (var step in sweep)
        {
            var sizes = NaiveStudy.Components(rows, step.Threshold).ConvertAll(family => family.Count);
            (step.Families, step.FamiliesOfTwo, step.RowsInFamilies, step.LargestRows).ShouldBe(
                (sizes.Count, sizes.Count(size => size > 1), sizes.Where(size => size > 1).Sum(), sizes.Max()), $"at {step.Threshold}");
            step.LargestShare.ShouldBe(sizes.Max() / 80.0, 1e-12);
            step.Agreement.ShouldBe(Agreement(Parts(rows, step.Threshold), studys), 1e-9);
        }

        sweep.Select(step => step.Families).Distinct().Count().ShouldBeGreaterThan(3);
    }

    private static int[] Parts(List<PlanarRow> rows, double threshold)
    {
        var families = NaiveStudy.Components(rows, threshold);
        return [.. rows.Select(row => families.FindIndex(family => family.Contains(row)))];
    }

    // Hubert and Arabie's index by counting all pairs of rows.
    private static double Agreement(int[] first, int[] second)
    {
        var pairs = Enumerable.Range(0, first.Length).SelectMany(i => Enumerable.Range(0, i).Select(j => (InFirst: first[i] == first[j], InSecond: second[i] == second[j]))).ToList();
        double both = pairs.Count(pair => pair is (true, true)), one = pairs.Count(pair => pair.InFirst), other = pairs.Count(pair => pair.InSecond);
        var expected = one * other / pairs.Count;
        return (one + other) / 2 == expected ? 1 : (both - expected) / ((one + other) / 2 - expected);
    }
}
