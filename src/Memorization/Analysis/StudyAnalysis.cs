using Memorization.Configuration;
using Memorization.Statistics;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>Everything a study says of words and families, computed from its store alone: the same snapshot and options give the same numbers.</summary>
public sealed record StudyAnalysis
{
    /// <summary>Rows of the study.</summary>
    public required long Rows { get; init; }

    /// <summary>Texts: captions, of which those of a family that are the same but for numbers, or one shop's template, count once.</summary>
    public required long Texts { get; init; }

    /// <summary>Different words in the captions of these rows.</summary>
    public required long Words { get; init; }

    /// <summary>Rows that the filter keeps and whose image could not be had.</summary>
    public required long Missing { get; init; }

    /// <summary>Tests among which the words that mark a family are discoveries.</summary>
    public required double WordTests { get; init; }

    /// <summary>Table 1, largest family first.</summary>
    public required IReadOnlyList<FamilySummary> Families { get; init; }

    /// <summary>The word sets asked for.</summary>
    public required IReadOnlyList<WordShare> Shares { get; init; }

    /// <summary>What they lead to if the rows on the drop list go: <c>export --format keep-list</c> writes it.</summary>
    public required DropEffect Drop { get; init; }

    /// <summary>Word sets that lead to a family.</summary>
    public required IReadOnlyList<Trigger> Triggers { get; init; }

    /// <summary>The families at other thresholds.</summary>
    public required IReadOnlyList<ThresholdStep> Sweep { get; init; }

    /// <summary>What a hash without an encoder says of the largest families.</summary>
    public required IReadOnlyList<SecondOpinion> SecondOpinions { get; init; }

    /// <summary>Computes all of it.</summary>
    /// <param name="database">The store, opened at a snapshot.</param>
    /// <param name="study">The study; its <see cref="AnalysisOptions"/> say what is asked.</param>
    /// <exception cref="SetupException">A word set has no word.</exception>
    public static StudyAnalysis Compute(StoreDatabase database, Study study)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(study);
        var options = study.Analysis;
        var corpus = CaptionCorpus.Read(database, study.Keywords, options);
        var forest = StudyForest.Read(database, corpus);

        // These ask nothing of the database: they are done while it reads embeddings.
        var listed = TableOne.Listed(corpus, options);
        var tested = Task.Run(() => new FamilyWords(corpus, listed, options));
        var words = Task.Run(async () => (await tested.ConfigureAwait(false)).Lists());
        var triggers = Task.Run(() => TriggerMining.Find(corpus, options));
        var sweep = Task.Run(() => ThresholdStep.Sweep(database, forest));
        var contents = listed.Select(family => (Family: family, Contents: corpus.ContentsOf(family))).ToList();
        var compared = InsideSimilarity.Parts(contents, options);
        var vectors = new AnalysisVectors(database, [.. compared.Take(1).SelectMany(part => part.SelectMany(family => family.Contents))]);
        var asked = Asked(database, corpus, forest, vectors, study);
        var medians = InsideSimilarity.Medians(vectors, compared, options.Seed);
        var families = TableOne.Compute(database, corpus, contents, medians, words);
        return new StudyAnalysis
        {
            Rows = corpus.Rows.Count,
            Texts = corpus.Texts.Count,
            Words = corpus.RowFrequencies.Count(rows => rows > 0),
            Missing = corpus.Missing.Count,
            WordTests = tested.GetAwaiter().GetResult().Tests,
            Families = families,
            Shares = [.. asked.Select(words => WordShare.Of(corpus, words, study.Report.ChartFamilies))],
            Drop = DropEffect.Of(corpus, asked, KeepRule.Read(database, options.KeepPerFamily), options.KeepPerFamily),
            Triggers = triggers.GetAwaiter().GetResult(),
            Sweep = sweep.GetAwaiter().GetResult(),
            SecondOpinions = SecondOpinion.Of(database, options),
        };
    }

    /// <summary>Computes <see cref="Drop"/> alone.</summary>
    internal static DropEffect DropOf(StoreDatabase database, Study study)
    {
        var corpus = CaptionCorpus.Read(database, study.Keywords, study.Analysis);
        return DropEffect.Of(corpus, Asked(database, corpus, StudyForest.Read(database, corpus), new AnalysisVectors(database, []), study), KeepRule.Read(database, study.Analysis.KeepPerFamily), study.Analysis.KeepPerFamily);
    }

    private static IReadOnlyList<AskedWords> Asked(StoreDatabase database, CaptionCorpus corpus, StudyForest forest, AnalysisVectors vectors, Study study) => AskedWords.Find(
        database, corpus, forest, study.Analysis.Words.Count > 0 ? study.Analysis.Words : study.Keywords, study.Analysis.Without, vectors, study.Cluster);
}
