using Memorization.Clustering;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>The maximum spanning forest over the images of a study's rows, by number. Immutable.</summary>
internal sealed class StudyForest
{
    private StudyForest(IReadOnlyList<ContentKey> contents, int[] ofRows, IReadOnlyList<NodeEdge> edges) => (Contents, OfRows, Edges) = (contents, ofRows, edges);

    /// <summary>The distinct images, in the order of their first rows.</summary>
    public IReadOnlyList<ContentKey> Contents { get; }

    /// <summary>Each row's image, by its number.</summary>
    public IReadOnlyList<int> OfRows { get; }

    /// <summary>The forest's edges between these images, best first.</summary>
    public IReadOnlyList<NodeEdge> Edges { get; }

    /// <summary>Reads the forest of a store's snapshot.</summary>
    public static StudyForest Read(StoreDatabase database, CaptionCorpus corpus)
    {
        Dictionary<ContentKey, int> numbers = [];
        List<ContentKey> contents = [];
        var ofRows = new int[corpus.Rows.Count];
        for (var row = 0; row < ofRows.Length; row++)
        {
            if (numbers.TryAdd(corpus.Contents[row], contents.Count)) contents.Add(corpus.Contents[row]);
            ofRows[row] = numbers[corpus.Contents[row]];
        }

        List<NodeEdge> edges = [];
        foreach (var (a, b, similarity) in database.Stream(
            "SELECT a, b, similarity FROM forest ORDER BY similarity DESC", reader => (ContentKey.Parse(reader.GetString(0)), ContentKey.Parse(reader.GetString(1)), reader.GetDouble(2))))
        {
            if (numbers.TryGetValue(a, out var u) && numbers.TryGetValue(b, out var v)) edges.Add(new NodeEdge(u, v, similarity));
        }

        return new StudyForest(contents, ofRows, edges);
    }
}
