using Memorization.Clustering;

namespace Memorization.Benchmarks;

/// <summary>What one threshold makes of rows.</summary>
/// <param name="Threshold">The similarity from which contents are linked.</param>
/// <param name="Families">The label of each row's family.</param>
/// <param name="Stars">The label of each row's star.</param>
/// <param name="Largest">Rows of the family that has most.</param>
/// <param name="LeastSimilarity">The lowest similarity of two contents in it.</param>
internal sealed record FamilyCover(double Threshold, string[] Families, string[] Stars, int Largest, double LeastSimilarity)
{
    /// <summary>Cuts a forest over the rows' contents and covers each family with stars.</summary>
    public static FamilyCover Of(SpanningForest forest, double threshold, IReadOnlyList<TruthRow> rows)
    {
        var families = forest.Cut(threshold);
        var shapes = StarCover.Of(forest.Vectors, families, Environment.ProcessorCount);
        var leaders = shapes.SelectMany(shape => shape.Stars).SelectMany(star => star.Members, (star, member) => (member.Key, star.Leader)).ToDictionary();
        var largest = rows.CountBy(row => families.FamilyOf[row.Key]).MaxBy(family => family.Value);
        return new FamilyCover(
            threshold,
            [.. rows.Select(row => families.FamilyOf[row.Key].Id.ToString())],
            [.. rows.Select(row => leaders[row.Key].ToString())],
            largest.Value,
            shapes.Single(shape => shape.Family == largest.Key).LeastSimilarity);
    }
}
