using System.ComponentModel.DataAnnotations;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class ClusterOptionsTests
{
    public static readonly TheoryData<ClusterOptions, string> Invalid = new()
    {
        { new() { Threshold = 0 }, nameof(ClusterOptions.Threshold) },
        { new() { Threshold = 1.5 }, nameof(ClusterOptions.Threshold) },
        { new() { Threshold = double.NaN }, nameof(ClusterOptions.Threshold) },
        { new() { StoreThreshold = 0 }, nameof(ClusterOptions.StoreThreshold) },
        { new() { StoreThreshold = double.NaN }, nameof(ClusterOptions.StoreThreshold) },
        { new() { Threshold = 0.85 }, "0.85 lies below StoreThreshold 0.9" },
        { new() { Parallelism = -1 }, nameof(ClusterOptions.Parallelism) },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Options_that_cannot_be_are_refused(ClusterOptions options, string named) =>
        Should.Throw<ValidationException>(() => new SpanningForest(2, options)).Message.ShouldContain(named);

    [Fact]
    public void The_bounds_themselves_are_allowed() =>
        Should.NotThrow(() => new SpanningForest(2, new ClusterOptions { Threshold = 1, StoreThreshold = 1, Parallelism = 1 }));
}
