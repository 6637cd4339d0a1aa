using CsCheck;
using Memorization.Embedding;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Embedding;

public class UnitVectorTests
{
    [Fact]
    public void Its_length_is_1_up_to_the_rounding_of_float16() =>
        Gen.Float[-1e18f, 1e18f].Array[1, 2000].Where(raw => raw.Any(x => x != 0)).Sample(raw =>
        {
            var unit = UnitVector.From(raw, out var wrong);
            wrong.ShouldBeNull();
            // Half an ulp of float16 is at most 2^-11 of a value, plus 2^-25 where values are subnormal.
            Math.Sqrt(unit.Sum(x => (double)x * (double)x)).ShouldBe(1, 0.0005 + raw.Length * 3e-8);
        });

    // Subnormal numbers lose bits when they are made smaller.
    [Fact]
    public void It_does_not_depend_on_the_length_of_what_the_model_gave() =>
        Gen.Select(Gen.Float[-1f, 1f].Where(x => x == 0 || MathF.Abs(x) > 1e-24f).Array[8], Gen.Int[-40, 40]).Sample((raw, power) =>
            UnitVector.From([.. raw.Select(x => MathF.ScaleB(x, power))], out _).ShouldBe(UnitVector.From(raw, out _)));

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinity")]
    [InlineData(float.NegativeInfinity, "infinity")]
    [InlineData(0f, "a zero vector")]
    public void Numbers_without_a_direction_are_named(float value, string wrong)
    {
        UnitVector.From([0, value, 0], out var what).ShouldBeEmpty();
        what.ShouldBe(wrong);
    }
}
