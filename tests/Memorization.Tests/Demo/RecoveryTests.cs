using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

public sealed class RecoveryTests(ITestOutputHelper output)
{
    [Fact]
    public void Single_linkage_over_the_built_in_model_finds_the_planted_families() => Check(DemoWorld.Make(1, DemoWorld.LeastRows, faults: true), "small");

    private void Check(DemoWorld world, string what)
    {
        var found = Recovery.Of(world);
        output.WriteLine($"{what}: {found}");
        found.Precision.ShouldBeGreaterThanOrEqualTo(0.99);
        found.Recall.ShouldBeGreaterThanOrEqualTo(0.95);
    }
}
