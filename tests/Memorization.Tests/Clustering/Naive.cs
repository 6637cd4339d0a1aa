using Memorization.Clustering;

namespace Memorization.Tests.Clustering;

/// <summary>The definition, read out: every pair, float64, in the order of the coordinates.</summary>
internal static class Naive
{
    public static double Dot(ReadOnlyMemory<Half> x, ReadOnlyMemory<Half> y)
    {
        var sum = 0.0;
        ReadOnlySpan<Half> left = x.Span, right = y.Span;
        for (var i = 0; i < left.Length; i++) sum += (double)left[i] * (double)right[i];
        return sum;
    }

    public static bool Linked(KeyedVector x, KeyedVector y, double threshold) =>
        Dot(x.Values, y.Values) >= threshold * Math.Sqrt(Dot(x.Values, x.Values) * Dot(y.Values, y.Values));

    /// <summary>For each key, in their order, the smallest key of its component.</summary>
    public static ContentKey[] Components(IEnumerable<KeyedVector> vectors, double threshold)
    {
        KeyedVector[] rows = [.. vectors.OrderBy(row => row.Key)];
        var labels = rows.Select(row => row.Key).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (labels[i] == labels[j] || !Linked(rows[i], rows[j], threshold)) continue;
                var (smaller, larger) = labels[i] < labels[j] ? (labels[i], labels[j]) : (labels[j], labels[i]);
                labels = [.. labels.Select(label => label == larger ? smaller : label)];
            }
        }

        return labels;
    }

    /// <summary>The same of a cut.</summary>
    public static ContentKey[] Components(this Families families, IEnumerable<KeyedVector> vectors) =>
        [.. vectors.Select(row => row.Key).Order().Select(key => families.FamilyOf.TryGetValue(key, out var family) ? family.Id : key)];
}
