using Memorization.Inference;
using Memorization.Store;

namespace Memorization.Replication.Scoring;

/// <summary>The distinct images of some families as unit vectors, to hold others against.</summary>
internal sealed class FamilyVectors
{
    private const int RowsAtOnce = 256;
    private const int ColumnsAtOnce = 4096; // with 256 rows 4 MB of products

    private readonly List<float[]> _vectors; // a family's vectors one after another

    private readonly List<List<string>> _contents; // a family's images, in the order of its vectors

    private FamilyVectors(IReadOnlyList<string> families, List<float[]> vectors, List<List<string>> contents, int dimension) =>
        (Families, _vectors, _contents, Dimension) = (families, vectors, contents, dimension);

    /// <summary>The families that have images, in order of their ids.</summary>
    public IReadOnlyList<string> Families { get; }

    /// <summary>Numbers per vector; 0 without a family.</summary>
    public int Dimension { get; }

    /// <summary>Reads the families of a study.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="families">Their ids; unknown ones are left out.</param>
    public static FamilyVectors Read(StoreDatabase database, IReadOnlyCollection<string> families)
    {
        // What is not a family's id is not in a store either, and must not come into SQL.
        var known = string.Join(", ", families.Where(family => family.All(char.IsAsciiHexDigit)).Select(family => $"'{family}'").Append("''"));
        SortedDictionary<string, (List<float> Vectors, List<string> Contents)> all = new(StringComparer.Ordinal);
        var dimension = 0;
        database.ForEach($"""
            SELECT m.family, e.embedding, m.content_id FROM (SELECT DISTINCT family, content_id FROM study WHERE family IN ({known})) m JOIN embeddings e USING (content_id) ORDER BY m.family, m.content_id
            """, reader =>
        {
            var values = Unit((List<float>)reader.GetValue(1));
            dimension = values.Length;
            var family = reader.GetString(0);
            if (!all.TryGetValue(family, out var own)) all.Add(family, own = ([], []));
            own.Vectors.AddRange(values);
            own.Contents.Add(reader.GetString(2));
        });
        return new FamilyVectors([.. all.Keys], [.. all.Values.Select(own => own.Vectors.ToArray())], [.. all.Values.Select(own => own.Contents)], dimension);
    }

    /// <summary>A vector brought to length 1: stored ones are rounded to float16.</summary>
    public static float[] Unit(IReadOnlyList<float> values)
    {
        var norm = Math.Sqrt(values.Sum(value => (double)value * value));
        return [.. values.Select(value => (float)(value / norm))];
    }

    /// <summary>Scores embeddings against one family.</summary>
    /// <param name="family">Its place in <see cref="Families"/>.</param>
    /// <param name="embeddings">Of length 1.</param>
    public FamilyScore[] Score(int family, IReadOnlyList<float[]> embeddings)
    {
        var vectors = _vectors[family];
        var count = vectors.Length / Dimension;
        var scores = new FamilyScore[embeddings.Count];
        using var multiply = new MatrixProduct();
        for (var start = 0; start < embeddings.Count; start += RowsAtOnce)
        {
            var rows = Math.Min(RowsAtOnce, embeddings.Count - start);
            float[] some = [.. Enumerable.Range(start, rows).SelectMany(row => embeddings[row])];
            var best = new float[rows][];
            for (var row = 0; row < rows; row++) best[row] = [float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity];
            var nearest = new int[rows];
            for (var first = 0; first < count; first += ColumnsAtOnce)
            {
                var columns = Math.Min(ColumnsAtOnce, count - first);
                var products = new float[rows * columns];
                multiply.Multiply(some, vectors.AsMemory(first * Dimension, columns * Dimension), products, Dimension);
                for (var row = 0; row < rows; row++)
                    if (Keep(best[row], products.AsSpan(row * columns, columns)) is { } highest) nearest[row] = first + highest;
            }

            for (var row = 0; row < rows; row++) scores[start + row] = new(best[row][0], best[row].Take(count).Average(cosine => (double)cosine), _contents[family][nearest[row]]);
        }

        return scores;
    }

    // The three highest, in falling order; where the highest is among these products, null if it was met before. Of equals the first stays.
    private static int? Keep(float[] best, ReadOnlySpan<float> products)
    {
        int? highest = null;
        for (var i = 0; i < products.Length; i++)
        {
            if (products[i] <= best[2]) continue;
            best[2] = products[i];
            if (best[2] > best[1]) (best[1], best[2]) = (best[2], best[1]);
            if (!(best[1] > best[0])) continue;
            (best[0], best[1]) = (best[1], best[0]);
            highest = i;
        }

        return highest;
    }
}
