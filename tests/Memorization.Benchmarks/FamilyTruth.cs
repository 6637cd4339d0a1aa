using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Memorization.Clustering;
using Memorization.Embedding;

namespace Memorization.Benchmarks;

/// <summary>Families and their stars against known near-duplicates under a real encoder, threshold by threshold.</summary>
internal static class FamilyTruth
{
    private const string Original = "aaa-orig";

    private static readonly string Model = Path.Combine("encoder", "mobilenetv2-035-imagenet-1280.onnx");
    private static readonly double[] Thresholds = [0.70, 0.75, 0.80, 0.85, 0.88, 0.90, 0.92, 0.94, 0.96, 0.98];
    private static readonly double[] Few = [0.70, 0.80, 0.88, 0.90, 0.94, 0.98];

    private static readonly (string Name, Func<TruthRow, bool> Has)[] Sets =
    [
        ("caltech_resize: resized", row => row.Set == "caltech_resize"),
        ("pdq: all of one picture", row => row.Set == "pdq"),
        ("pdq: blurred, sharpened, shrunk, squared, recoloured", row => row.Set == "pdq" && !IsTurned(row)),
        ("pdq: turned and flipped", row => row.Set == "pdq" && IsTurned(row)),
    ];

    /// <summary>Prints tables in Markdown; the exit code.</summary>
    public static int Run()
    {
        if (TruthRow.Corpora() is not { } corpora)
        {
            Console.Error.WriteLine($"families needs shared/corpora beside the checkout; it is not there above {AppContext.BaseDirectory}");
            return 1;
        }

        var rows = TruthRow.Read(corpora);
        var vectors = new TruthEncoder(Path.Combine(corpora, Model)).Embed(rows, out var decoding, out var encoding);
        var options = new ClusterOptions { StoreThreshold = Thresholds[0] };
        var forest = new SpanningForest(vectors[0].Values.Length, options);
        var start = Stopwatch.GetTimestamp();
        forest.Insert(vectors);
        Print($".NET {Environment.Version}, ONNX Runtime {Embedder.RuntimeVersion}; {rows.Count} files, {forest.Vectors.Count} contents, {rows.Sum(row => Pairs(rows, row)) / 2} pairs of one group, {rows.Sum(row => Twins(rows, row)) / 2} of them with the same bytes");
        Print($"{decoding.TotalSeconds:F2} s decoding on all cores, {encoding.TotalSeconds:F2} s encoding on one thread, {rows.Count / encoding.TotalSeconds:F0} images/s; forest {Stopwatch.GetElapsedTime(start).TotalSeconds:F2} s\n");

        Cover[] covers = [.. Thresholds.Select(threshold => Cover.Of(forest, threshold, rows))];
        Print($"| threshold | families of two and more | largest family | least similarity in it | precision | recall | stars of two and more | precision by stars | recall by stars |");
        Print($"|---|---|---|---|---|---|---|---|---|");
        foreach (var cover in covers)
        {
            var (families, stars) = (Score(rows, cover.Families, _ => true), Score(rows, cover.Stars, _ => true));
            Print($"| {cover.Threshold:F2} | {Several(cover.Families)} | {cover.Largest} | {cover.LeastSimilarity:F3} | {families.Precision:F3} | {families.Recall:F3} | {Several(cover.Stars)} | {stars.Precision:F3} | {stars.Recall:F3} |");
        }

        Print($"\n| recall by families / by stars | pairs | {string.Join(" | ", Few.Select(threshold => threshold.ToString("F2", CultureInfo.InvariantCulture)))} |");
        Print($"|---|---|{string.Concat(Few.Select(_ => "---|"))}");
        foreach (var (name, has) in Sets)
        {
            var cells = covers.Where(cover => Few.Contains(cover.Threshold)).Select(cover => (Families: Score(rows, cover.Families, has), Stars: Score(rows, cover.Stars, has))).ToList();
            Print($"| {name} | {cells[0].Families.Planted} | {string.Join(" | ", cells.Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell.Families.Recall:F3} / {cell.Stars.Recall:F3}")))} |");
        }

        var original = rows.ToList().FindIndex(row => row.Relation == Original);
        Print($"\n| pdq's picture | similarity to the original | in its family up to | in its star up to |");
        Print($"|---|---|---|---|");
        foreach (var (i, similarity) in Enumerable.Range(0, rows.Count).Where(i => rows[i].Set == "pdq" && i != original).Select(i => (i, Similarity(i, original))).OrderByDescending(pair => pair.Item2))
            Print($"| {rows[i].Relation} | {similarity:F3} | {UpTo(cover => cover.Families[i] == cover.Families[original])} | {UpTo(cover => cover.Stars[i] == cover.Stars[original])} |");

        Print($"\n| most alike of different groups | | similarity |");
        Print($"|---|---|---|");
        var strangers = Enumerable.Range(0, rows.Count).SelectMany(i => Enumerable.Range(0, i).Where(j => rows[i].Group != rows[j].Group).Select(j => (i, j, Similarity: Similarity(i, j))));
        foreach (var (i, j, similarity) in strangers.OrderByDescending(pair => pair.Similarity).Take(8)) Print($"| {rows[j].Name} | {rows[i].Name} | {similarity:F3} |");
        return 0;

        double Similarity(int i, int j) => forest.Vectors.Distinct.Similarity(forest.Vectors.Nodes[rows[i].Key], forest.Vectors.Nodes[rows[j].Key]);

        string UpTo(Func<Cover, bool> together) =>
            covers.LastOrDefault(together) is { } last ? last.Threshold.ToString("F2", CultureInfo.InvariantCulture) : "never";
    }

    // The first of pdq's turned pictures is the original itself.
    private static bool IsTurned(TruthRow row) => row.Relation.StartsWith("dihedral:", StringComparison.Ordinal);

    // Pairs of a part are the pairs with both rows in it.
    private static PairScore Score(IReadOnlyList<TruthRow> rows, string[] labels, Func<TruthRow, bool> has)
    {
        var part = Enumerable.Range(0, rows.Count).Where(i => has(rows[i])).ToList();
        return PairScore.Compare([.. part.Select(i => labels[i])], [.. part.Select(i => rows[i].Group)]);
    }

    private static int Several(string[] labels) => labels.CountBy(label => label).Count(group => group.Value > 1);

    private static int Pairs(IReadOnlyList<TruthRow> rows, TruthRow row) => rows.Count(other => other.Group == row.Group) - 1;

    private static int Twins(IReadOnlyList<TruthRow> rows, TruthRow row) => rows.Count(other => other.Group == row.Group && other.Key == row.Key) - 1;

    private static void Print(DefaultInterpolatedStringHandler text) => Console.WriteLine(text.ToStringAndClear());

    // What one threshold makes of the rows: the label of each one's family and star, and the family of most rows.
    private sealed record Cover(double Threshold, string[] Families, string[] Stars, int Largest, double LeastSimilarity)
    {
        public static Cover Of(SpanningForest forest, double threshold, IReadOnlyList<TruthRow> rows)
        {
            var families = forest.Cut(threshold);
            var shapes = StarCover.Of(forest.Vectors, families, Environment.ProcessorCount);
            var stars = shapes.SelectMany(shape => shape.Stars).SelectMany(star => star.Members, (star, member) => (member.Key, star.Leader)).ToDictionary();
            var largest = rows.CountBy(row => families.FamilyOf[row.Key]).MaxBy(group => group.Value);
            return new Cover(
                threshold,
                [.. rows.Select(row => families.FamilyOf[row.Key].Id.ToString())],
                [.. rows.Select(row => stars[row.Key].ToString())],
                largest.Value,
                shapes.First(shape => shape.Family == largest.Key).LeastSimilarity);
        }
    }
}
