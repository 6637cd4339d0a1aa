using Memorization.Statistics;

namespace Memorization.Analysis;

/// <summary>Whether words and a family go together beyond chance: Fisher's exact test over rows and over texts, of which the larger p-value counts.</summary>
/// <remarks>
/// Over rows it is right if every row is an independent draw, and far too sure if a shop's thousand rows are one decision. Over texts it is right if such a template
/// lies in one family, and wrong where captions that all families share collapse in the large ones alone: what else these hold then seems to mark them. The larger
/// of the two is a valid p-value under either (Berger 1982: an intersection-union test).
/// </remarks>
internal static class WordTest
{
    /// <summary>The p-value, one-sided.</summary>
    /// <param name="rows">Rows: with the words in the family, in the family, with the words, in all.</param>
    /// <param name="texts">The same of texts.</param>
    public static double P((long Both, long Family, long Words, long All) rows, (long Both, long Family, long Words, long All) texts) =>
        Math.Max(Of(rows), Of(texts));

    private static double Of((long Both, long Family, long Words, long All) counts) => Hypergeometric.AtLeast(counts.Both, counts.Family, counts.Words, counts.All);
}
