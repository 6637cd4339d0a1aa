using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class SplitMix64Tests
{
    // The values that Rosetta Code lists for the seed 1234567.
    [Fact]
    public void The_sequence_is_the_published_one()
    {
        var random = new SplitMix64(1234567);

        Enumerable.Range(0, 5).Select(_ => random.Next())
            .ShouldBe([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]);
    }

    [Fact]
    public void Numbers_below_seven_come_about_equally_often()
    {
        var random = new SplitMix64(1);
        var counts = Enumerable.Range(0, 70_000).Select(_ => random.Below(7)).CountBy(number => number).ToDictionary();

        counts.Keys.Order().ShouldBe([0, 1, 2, 3, 4, 5, 6]);
        counts.Values.ShouldAllBe(count => Math.Abs(count - 10_000) < 500); // five standard deviations
    }
}
