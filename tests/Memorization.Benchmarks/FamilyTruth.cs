using System.Diagnostics;
using System.Globalization;
using Memorization.Clustering;
using Memorization.Embedding;

namespace Memorization.Benchmarks;

/// <summary>Families and their stars against known near-duplicates under a real encoder, threshold by threshold.</summary>
internal sealed class FamilyTruth
{
    private const int Strangers = 5;

    private static readonly string Model = Path.Combine("encoder", "mobilenetv2-035-imagenet-1280.onnx");
    private static readonly double[] Thresholds = [0.70, 0.75, 0.80, 0.85, 0.88, 0.90, 0.92, 0.94, 0.96, 0.98];
    private static readonly double[] Few = [0.70, 0.80, 0.85, 0.90, 0.94, 0.96, 0.98];

    private static readonly (string Name, Func<TruthRow, bool> Has)[] Parts =
    [
        ("caltech_resize: resized", row => row.Set == "caltech_resize"),
        ("pdq: one picture in all its forms", row => row.Set == "pdq"),
        ("pdq: blurred, sharpened, shrunk, squared, recoloured", row => row.Set == "pdq" && !IsTurned(row)),
        ("pdq: turned and flipped", row => row.Set == "pdq" && IsTurned(row)),
    ];

    private readonly IReadOnlyList<TruthRow> _rows;
    private readonly SpanningForest _forest;
    private readonly FamilyCover[] _covers;

    private FamilyTruth(IReadOnlyList<TruthRow> rows, SpanningForest forest)
    {
        (_rows, _forest) = (rows, forest);
        _covers = [.. Thresholds.Select(threshold => FamilyCover.Of(forest, threshold, rows))];
    }

    /// <summary>Prints tables in Markdown.</summary>
    /// <returns>The exit code: 1 if the material is not there.</returns>
    public static int Run()
    {
        if (TruthRow.Corpora() is not { } corpora)
        {
            Console.Error.WriteLine($"families needs {TruthRow.Table} beside the checkout; there is none above {AppContext.BaseDirectory}");
            return 1;
        }

        var rows = TruthRow.Read(corpora);
        var vectors = TruthVectors.Of(rows, Path.Combine(corpora, Model), out var decoding, out var encoding);
        var forest = new SpanningForest(vectors[0].Values.Length, new ClusterOptions { StoreThreshold = Thresholds[0] });
        var start = Stopwatch.GetTimestamp();
        forest.Insert(vectors);
        var joining = Stopwatch.GetElapsedTime(start);
        Print($".NET {Environment.Version}, ONNX Runtime {Embedder.RuntimeVersion}. {rows.Count} files, {forest.Vectors.Count} contents.");
        Print($"Decoding on all cores {decoding.TotalSeconds:F2} s, encoding on one thread {encoding.TotalSeconds:F2} s ({rows.Count / encoding.TotalSeconds:F0} images/s), the forest {joining.TotalSeconds:F2} s.");

        var truth = new FamilyTruth(rows, forest);
        truth.PrintThresholds();
        truth.PrintParts();
        truth.PrintPictures();
        truth.PrintStrangers();
        return 0;
    }

    private void PrintThresholds()
    {
        Print($"\n| threshold | families of two and more | largest family | least similarity in it | precision (wrong pairs) | recall | stars of two and more | precision by stars (wrong pairs) | recall by stars | largest family / star of several groups |");
        Print($"|---|---|---|---|---|---|---|---|---|---|");
        foreach (var cover in _covers)
        {
            var (families, stars) = (Score(cover.Families, _ => true), Score(cover.Stars, _ => true));
            Print($"| {cover.Threshold:F2} | {Several(cover.Families)} | {cover.Largest} | {cover.LeastSimilarity:F3} | {Precision(families)} | {families.Recall:F3} | {Several(cover.Stars)} | {Precision(stars)} | {stars.Recall:F3} | {LargestMixed(cover.Families)} / {LargestMixed(cover.Stars)} |");
        }

        static string Precision(PairScore score) => Text($"{score.Precision:F3} ({score.Recovered - score.Common})");
        static int Several(string[] labels) => labels.CountBy(label => label).Count(group => group.Value > 1);
        int LargestMixed(string[] labels) => labels.Zip(_rows, (label, row) => (label, row.Group)).GroupBy(pair => pair.label, pair => pair.Group)
            .Where(groups => groups.Distinct().Count() > 1).Select(groups => groups.Count()).DefaultIfEmpty().Max();
    }

    private void PrintParts()
    {
        Print($"\n| recall by families / by stars | pairs (of the same bytes) | {string.Join(" | ", Few.Select(threshold => Text($"{threshold:F2}")))} |");
        Print($"|---|---|{string.Concat(Few.Select(_ => "---|"))}");
        foreach (var (name, has) in Parts)
        {
            var cells = _covers.Where(cover => Few.Contains(cover.Threshold)).Select(cover => Text($"{Score(cover.Families, has).Recall:F3} / {Score(cover.Stars, has).Recall:F3}"));
            var sameBytes = Score([.. _rows.Select(row => row.Key.ToString())], has);
            Print($"| {name} | {sameBytes.Planted} ({sameBytes.Common}) | {string.Join(" | ", cells)} |");
        }
    }

    private void PrintPictures()
    {
        var pictures = Enumerable.Range(0, _rows.Count).Where(i => _rows[i].Set == "pdq").ToList();
        var original = pictures.Single(i => _rows[i].Relation == "aaa-orig");
        Print($"\n| form of pdq's picture | similarity to the original | in its family up to | in its star up to |");
        Print($"|---|---|---|---|");
        foreach (var i in pictures.Where(i => i != original).OrderByDescending(i => Similarity(i, original)))
            Print($"| {_rows[i].Relation} | {Similarity(i, original):F3} | {UpTo(cover => cover.Families[i] == cover.Families[original])} | {UpTo(cover => cover.Stars[i] == cover.Stars[original])} |");

        string UpTo(Func<FamilyCover, bool> together) => _covers.LastOrDefault(together) is { } last ? Text($"{last.Threshold:F2}") : "never";
    }

    private void PrintStrangers()
    {
        Print($"\n| most alike of different groups | | similarity |");
        Print($"|---|---|---|");
        var strangers = Enumerable.Range(0, _rows.Count).SelectMany(i => Enumerable.Range(0, i).Where(j => _rows[i].Group != _rows[j].Group).Select(j => (i, j, Similarity: Similarity(i, j))));
        foreach (var (i, j, similarity) in strangers.OrderByDescending(pair => pair.Similarity).Take(Strangers)) Print($"| {_rows[j].Name} | {_rows[i].Name} | {similarity:F3} |");
    }

    // The first of the turned pictures is the original itself.
    private static bool IsTurned(TruthRow row) => row.Relation.StartsWith("dihedral:", StringComparison.Ordinal);

    // Pairs of a part are those with both rows in it.
    private PairScore Score(string[] labels, Func<TruthRow, bool> has)
    {
        var part = Enumerable.Range(0, _rows.Count).Where(i => has(_rows[i])).ToList();
        return PairScore.Compare([.. part.Select(i => labels[i])], [.. part.Select(i => _rows[i].Group)]);
    }

    private double Similarity(int i, int j) => _forest.Vectors.Distinct.Similarity(_forest.Vectors.Nodes[_rows[i].Key], _forest.Vectors.Nodes[_rows[j].Key]);

    private static void Print(FormattableString text) => Console.WriteLine(Text(text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
