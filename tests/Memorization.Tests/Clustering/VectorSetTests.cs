using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class VectorSetTests
{
    private static readonly KeyedVector Good = new(Made.Key(0), Halves(1, 2, 3));

    [Fact]
    public void NaN_is_refused_by_name() => Refused(Halves(1, double.NaN, 3)).ShouldEndWith("value 1 is NaN.");

    [Fact]
    public void Infinity_is_refused_by_name() => Refused(Halves(1, 2, 1e9)).ShouldEndWith("value 2 is infinite.");

    [Fact]
    public void A_zero_vector_is_refused_by_name() => Refused(Halves(0, -0.0, 0)).ShouldEndWith("every value is zero.");

    [Fact]
    public void A_vector_of_another_width_is_refused_by_name() => Refused(Halves(1, 2)).ShouldEndWith("it has 2 values, expected 3.");

    [Fact]
    public void A_key_with_two_vectors_is_refused_by_name_within_a_batch_and_across()
    {
        var forest = new SpanningForest(3, new ClusterOptions());
        KeyedVector other = new(Good.Key, Halves(3, 2, 1));
        var within = Should.Throw<InvalidVectorException>(() => forest.Insert([Good, other]));
        within.Message.ShouldBe($"Vector 1 ({Good.Key}): vector 0 has the same key and other values.");
        forest.Insert([Good], TestContext.Current.CancellationToken);
        var across = Should.Throw<InvalidVectorException>(() => forest.Insert([other]));
        across.Message.ShouldBe($"Vector 0 ({Good.Key}): the key already has another vector.");
    }

    [Fact]
    public void A_vector_comes_back_as_it_was_and_a_second_time_changes_nothing()
    {
        var vectors = new VectorSet(3);
        vectors.Add(Good.Key, Good.Values.Span).ShouldBeTrue();
        vectors.Add(Good.Key, Good.Values.Span).ShouldBeFalse();
        (vectors.Count, vectors.Distinct.Count, vectors.Contains(Good.Key), vectors.Contains(Made.Key(1))).ShouldBe((1, 1, true, false));
        vectors[Good.Key].ToArray().ShouldBe(Good.Values.ToArray());
    }

    [Fact]
    public void Vectors_stay_the_same_while_the_set_grows_past_its_blocks()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 3_000).Select(i => new KeyedVector(Made.Key(i), Made.Direction(random, 8))).ToArray();
        var vectors = new VectorSet(8);
        foreach (var (key, values) in rows) vectors.Add(key, values.Span);
        foreach (var (key, values) in rows) vectors[key].SequenceEqual(values.Span).ShouldBeTrue();
    }

    /// <summary>The message, after a check that it names key and index and that nothing of the batch was added.</summary>
    private static string Refused(Half[] values)
    {
        var forest = new SpanningForest(3, new ClusterOptions());
        var key = Made.Key(1);
        var refusal = Should.Throw<InvalidVectorException>(() => forest.Insert([Good, new(key, values)]));
        (refusal.Key, refusal.Index, forest.Vectors.Count).ShouldBe((key, 1, 0));
        refusal.Message.ShouldStartWith($"Vector 1 ({key}): ");
        return refusal.Message;
    }

    private static Half[] Halves(params double[] values) => [.. values.Select(value => (Half)value)];
}
