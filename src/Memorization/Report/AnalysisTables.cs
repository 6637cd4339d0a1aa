using Memorization.Analysis;
using static Memorization.Report.ResultTable;

namespace Memorization.Report;

/// <summary>What was computed of a study, as tables.</summary>
public static class AnalysisTables
{
    /// <summary>Writes every table as CSV and Parquet.</summary>
    /// <param name="analysis">What was computed.</param>
    /// <param name="folder">Where to; made if it is not there.</param>
    /// <exception cref="Configuration.SetupException">The folder cannot be written.</exception>
    public static async Task WriteAsync(StudyAnalysis analysis, string folder)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        await ResultTable.WriteAllAsync(Of(analysis), folder).ConfigureAwait(false);
    }

    /// <summary>The tables.</summary>
    internal static IEnumerable<ResultTable> Of(StudyAnalysis analysis)
    {
        yield return Families(analysis.Families);
        yield return Words(analysis.Families);
        yield return Shares(analysis.Shares);
        yield return Dropped(analysis.Drop);
        yield return Triggers(analysis.Triggers);
        yield return Sweep(analysis.Sweep);
        yield return SecondOpinions(analysis.SecondOpinions);
    }

    internal static ResultTable Sweep(IReadOnlyList<ThresholdStep> steps) => new(
        "sweep",
        [("threshold", Real), ("is_studys", Flag), ("families", Whole), ("families_of_two", Whole), ("rows_in_families", Whole), ("largest_rows", Whole), ("largest_share", Real), ("agreement", Real)],
        [.. steps.Select(step => (object?[])[step.Threshold, step.IsStudys, step.Families, step.FamiliesOfTwo, step.RowsInFamilies, step.LargestRows, step.LargestShare, step.Agreement])]);

    internal static ResultTable SecondOpinions(IReadOnlyList<SecondOpinion> opinions) => new(
        "second_opinion",
        [("family", Text), ("pictures", Whole), ("median_distance", Real), ("near", Real), ("stranger_distance", Real)],
        [.. opinions.Select(opinion => (object?[])[opinion.Family, opinion.Pictures, opinion.MedianDistance, opinion.Near, opinion.StrangerDistance])]);

    internal static ResultTable Families(IReadOnlyList<FamilySummary> families) => new(
        "families",
        [
            ("rank", Whole), ("family", Text), ("rows", Whole), ("images", Whole), ("share", Real), ("texts", Whole), ("captions", Whole), ("urls", Whole), ("hosts", Whole),
            ("stars", Whole), ("largest_star", Whole), ("least_similarity", Real), ("median_similarity", Real), ("keyword_rows", Whole), ("is_rooted", Flag), ("chance_z", Real), ("draws", Whole),
        ],
        [.. families.Select((family, i) => (object?[])
        [
            i + 1, family.Family, family.Size, family.Contents, family.Share, family.Texts, family.Captions, family.Urls, family.Hosts,
            family.Stars, family.LargestStar, family.LeastSimilarity, family.MedianSimilarity, family.KeywordRows, family.IsRooted, family.ChanceZ, family.Draws,
        ])]);

    internal static ResultTable Words(IReadOnlyList<FamilySummary> families) => new(
        "words",
        [
            ("rank", Whole), ("family", Text), ("list", Text), ("word", Text), ("rows", Whole), ("rows_outside", Whole), ("texts", Whole), ("texts_outside", Whole),
            ("log_odds", Real), ("z", Real), ("pmi", Real), ("p", Real), ("q", Real), ("permutation_p", Real), ("stop_word", Flag),
        ],
        [.. families.SelectMany((family, i) => family.Words.Select(word => ("frequent", word)).Concat(family.Marks.Select(word => ("marking", word))).Select(listed => (object?[])
        [
            i + 1, family.Family, listed.Item1, listed.word.Word, listed.word.Count, listed.word.Outside, listed.word.Texts, listed.word.TextsOutside,
            listed.word.LogOdds, listed.word.Z, listed.word.Pmi, listed.word.P, listed.word.Q, listed.word.PermutationP, listed.word.StopWord,
        ]))]);

    internal static ResultTable Shares(IReadOnlyList<WordShare> shares) => new(
        "shares",
        [
            ("words", Text), ("without", Text), ("rows", Whole), ("families", Whole), ("largest_family", Text), ("largest_rows", Whole), ("share", Real), ("low", Real), ("high", Real),
            ("keyword_rows", Whole), ("keyword_share", Real), ("keyword_low", Real), ("keyword_high", Real), ("missing", Whole), ("share_if_missing_differ", Real), ("share_if_missing_same", Real),
            ("keyword_share_if_missing_differ", Real), ("keyword_share_if_missing_same", Real),
        ],
        [.. shares.Select(share => (object?[])
        [
            string.Join(' ', share.Words), string.Join(" | ", share.Without), share.Rows, share.Families, share.LargestFamily, share.LargestRows, share.Share, share.Low, share.High,
            share.KeywordRows, share.KeywordShare, share.KeywordLow, share.KeywordHigh, share.Missing, share.ShareIfMissingDiffer, share.ShareIfMissingSame,
            share.KeywordShareIfMissingDiffer, share.KeywordShareIfMissingSame,
        ])]);

    internal static ResultTable Dropped(DropEffect drop) => new(
        "drop_effect",
        [("words", Text), ("rows", Whole), ("rows_left", Whole), ("family", Text), ("share", Real), ("share_left", Real), ("keyword_share", Real), ("keyword_share_left", Real)],
        [.. drop.Words.Select(words => (object?[])[
            string.Join(' ', words.Words), words.Rows, words.RowsLeft, words.Family, words.Share, words.ShareLeft, words.KeywordShare, words.KeywordShareLeft,
        ])]);

    internal static ResultTable Triggers(IReadOnlyList<Trigger> triggers) => new(
        "triggers",
        [
            ("rank", Whole), ("words", Text), ("family", Text), ("rows", Whole), ("family_rows", Whole), ("share", Real), ("low", Real), ("high", Real), ("lift", Real), ("keyword_share", Real),
            ("texts", Whole), ("family_texts", Whole), ("p", Real), ("q", Real),
        ],
        [.. triggers.Select((trigger, i) => (object?[])
        [
            i + 1, string.Join(' ', trigger.Words), trigger.Family, trigger.Rows, trigger.FamilyRows, trigger.Share, trigger.Low, trigger.High, trigger.Lift, trigger.KeywordShare,
            trigger.Texts, trigger.FamilyTexts, trigger.P, trigger.Q,
        ])]);
}
