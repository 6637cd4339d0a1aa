namespace Memorization.Pipelines.Demo;

/// <summary>Names of sellers that say nothing of a picture: they stand in captions of all kinds, independent of families, a few often and most rarely, as the words of captions do.</summary>
/// <remarks>The word of rank k is drawn with a probability in proportion to 1 / k (Zipf). If any of them is said to mark a family, that is a false discovery.</remarks>
internal static class NullWords
{
    private const int MostPerCaption = 3;

    private static readonly string[] Beginnings = ["Ta", "Ve", "Lo", "Mi", "Ru", "So", "Ka", "Ne", "Pi", "Du", "Fa", "Ge", "Hi", "Jo", "Be", "Ca", "Di", "Zo", "Wa", "Yu"];
    private static readonly string[] Ends =
        ["vira", "lmora", "ndesk", "tellan", "murano", "briq", "lunde", "sterholm", "quello", "ffort", "zenna", "plin", "rwick", "gwood", "ttaro", "xis", "nnevik", "dorath", "kolm", "spry"];

    // The first word's share, the first two words', and so on, times a constant.
    private static readonly double[] Cumulative = Sums();

    /// <summary>All of them, most frequent first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Ends.SelectMany((_, i) => Beginnings.Select((beginning, j) => beginning + Ends[(i + j) % Ends.Length]))];

    /// <summary>None to three of them.</summary>
    public static IEnumerable<string> Draw(DemoRandom random)
    {
        var count = random.Below(MostPerCaption + 1);
        for (var i = 0; i < count; i++)
        {
            var at = Array.BinarySearch(Cumulative, random.Unit() * Cumulative[^1]);
            yield return All[at < 0 ? ~at : at + 1];
        }
    }

    private static double[] Sums()
    {
        var sums = new double[Beginnings.Length * Ends.Length];
        for (var k = 0; k < sums.Length; k++) sums[k] = (k == 0 ? 0 : sums[k - 1]) + (1.0 / (k + 1));
        return sums;
    }
}
