using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

public sealed class RecoveryTests(ITestOutputHelper output)
{
    [Fact]
    public void Single_linkage_over_the_built_in_model_finds_the_planted_families()
    {
        var rows = MeasuredSize.Of("DEMO_ROWS", DemoWorld.LeastRows);
        for (var seed = 1; seed <= MeasuredSize.Of("DEMO_SEEDS", 1); seed++) Check(DemoWorld.Make((ulong)seed, rows, faults: true), $"{rows} rows, seed {seed}");
    }

    private void Check(DemoWorld world, string what)
    {
        var found = Recovery.Of(world);
        output.WriteLine($"{what}: {found}");
        found.Precision.ShouldBeGreaterThanOrEqualTo(0.99);
        found.Recall.ShouldBeGreaterThanOrEqualTo(0.95);
    }
}
