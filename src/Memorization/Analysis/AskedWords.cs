using Memorization.Captions;
using Memorization.Clustering;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>The rows with a word set that somebody asked for.</summary>
/// <param name="Words">The words.</param>
/// <param name="Without">Word sets whose rows are left out.</param>
/// <param name="Rows">Rows of the study whose caption has all of the words, ascending.</param>
/// <param name="Families">The families that these are among themselves: the rows of each, largest first.</param>
/// <param name="Missing">Rows with the words that the filter keeps and whose image could not be had.</param>
internal sealed record AskedWords(IReadOnlyList<string> Words, IReadOnlyList<string> Without, IReadOnlyList<int> Rows, IReadOnlyList<IReadOnlyList<int>> Families, int Missing)
{
    /// <summary>Finds the rows.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="corpus">Its captions.</param>
    /// <param name="forest">Its forest.</param>
    /// <param name="sets">Words, each set as a keyword is written.</param>
    /// <param name="without">Word sets whose rows are left out.</param>
    /// <param name="vectors">The store's embeddings.</param>
    /// <param name="options">Parallelism of comparing.</param>
    /// <exception cref="SetupException">A set has no word.</exception>
    public static IReadOnlyList<AskedWords> Find(
        StoreDatabase database, CaptionCorpus corpus, StudyForest forest, IReadOnlyList<string> sets, IReadOnlyList<string> without, AnalysisVectors vectors, ClusterOptions options)
    {
        var asked = sets.Select(WordsOf).ToList();
        var unwanted = without.Select(set => corpus.NumbersOf(WordsOf(set))).OfType<int[]>().ToList();
        var rows = asked.ConvertAll(words => RowsWith(corpus.Rows, corpus.NumbersOf(words), unwanted));
        var families = InducedFamilies.Of(database, corpus, forest, rows, vectors, options);
        return [.. asked.Select((words, i) => new AskedWords(words, without, rows[i], families[i], RowsWith(corpus.Missing, corpus.NumbersOf(words), unwanted).Count))];
    }

    private static List<int> RowsWith(WordSets captions, int[]? wanted, List<int[]> unwanted)
    {
        List<int> rows = [];
        for (var row = 0; row < captions.Count && wanted is not null; row++)
        {
            var caption = captions[row];
            var counts = CaptionCorpus.HasAll(caption, wanted);
            foreach (var set in unwanted) counts = counts && !CaptionCorpus.HasAll(caption, set);
            if (counts) rows.Add(row);
        }

        return rows;
    }

    private static IReadOnlyList<string> WordsOf(string set) => CaptionWords.Of(set) is { Count: > 0 } words
        ? words
        : throw new SetupException($"\"{set}\" has no word to look for");
}
