using System.Numerics;
using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class CosineTests
{
    private static readonly Gen<(Half[] X, Half[] Y)> Pairs =
        Gen.Select(Gen.Int[0, 1_000_000], Gen.OneOf(1, 2, 15, 16, 17, 64, 512), Gen.Double[0, 0.5], (seed, width, distance) =>
        {
            var random = new Random(seed);
            var x = Made.Direction(random, width, 1 + random.NextDouble());
            return (x, Made.Near(random, x, distance));
        });

    [Fact]
    public void Every_finite_half_becomes_the_same_single()
    {
        Half[] all = [.. Enumerable.Range(0, 1 << 16).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(Half.IsFinite)];
        var singles = new float[all.Length];
        Cosine.Scale(all, 1, singles);
        singles.Select(BitConverter.SingleToInt32Bits).ShouldBe(all.Select(half => BitConverter.SingleToInt32Bits((float)half)));
    }

    [Fact]
    public void A_dot_product_is_the_exact_sum() => Pairs.Sample(pair =>
    {
        var exact = pair.X.Zip(pair.Y).Aggregate(BigInteger.Zero, (sum, p) => sum + Units(p.First) * Units(p.Second));
        return Cosine.Dot(pair.X, pair.Y) == (double)exact / (1L << 48);

        static BigInteger Units(Half value) => (BigInteger)((double)value * (1 << 24));
    });

    [Fact]
    public void The_similarity_is_the_last_threshold_at_which_the_pair_is_linked() => Pairs.Sample(pair =>
    {
        var (dot, x, y) = (Cosine.Dot(pair.X, pair.Y), Cosine.Dot(pair.X, pair.X), Cosine.Dot(pair.Y, pair.Y));
        var similarity = Cosine.Similarity(dot, x, y);
        Cosine.IsLinked(dot, x, y, similarity).ShouldBeTrue();
        if (similarity < 1) Cosine.IsLinked(dot, x, y, Math.BitIncrement(similarity)).ShouldBeFalse();
        similarity.ShouldBe(Math.Min(1, dot / Math.Sqrt(x * y)), 4e-16);
    });

    [Fact]
    public void Identical_vectors_have_similarity_1() => Pairs.Sample(pair =>
    {
        var norm = Cosine.Dot(pair.X, pair.X);
        return Cosine.Similarity(norm, norm, norm) == 1;
    });

    [Fact]
    public void Opposite_and_perpendicular_vectors_are_never_linked()
    {
        Cosine.Similarity(-1, 1, 1).ShouldBe(-1);
        Cosine.Similarity(0, 1, 1).ShouldBe(0);
    }
}
