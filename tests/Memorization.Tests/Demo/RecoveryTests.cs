using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

public sealed class RecoveryTests(ITestOutputHelper output)
{
    [Fact]
    public void Single_linkage_over_the_built_in_model_finds_the_planted_families() => Check(DemoWorld.Make(1, DemoWorld.LeastRows, faults: true), "small");

    // The measurement behind docs/decisions/0003; minutes, so it runs only when asked for.
    [Theory(Explicit = true)]
    [InlineData(1, 25, 3000)]
    [InlineData(1, 3, 20_000)]
    public void So_it_does_for_many_seeds_and_sizes(int first, int last, int rows)
    {
        for (var seed = first; seed <= last; seed++) Check(DemoWorld.Make((ulong)seed, rows, faults: true), $"{rows} rows, seed {seed}");
    }

    private void Check(DemoWorld world, string what)
    {
        var found = Recovery.Of(world);
        output.WriteLine($"{what}: {found}");
        found.Precision.ShouldBeGreaterThanOrEqualTo(0.99);
        found.Recall.ShouldBeGreaterThanOrEqualTo(0.95);
    }
}
