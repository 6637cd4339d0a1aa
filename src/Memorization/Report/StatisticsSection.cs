using Memorization.Analysis;
using Memorization.Statistics;

namespace Memorization.Report;

/// <summary>What each statistic is in words, with its source and the options and counts that it was computed with: enough to compute it again.</summary>
internal static class StatisticsSection
{
    public static Html Render(ReportData data)
    {
        var (analysis, options) = (data.Analysis, data.Study.Analysis);
        var rate = Figures.Real(options.FalseDiscoveryRate, "0.######");
        return Html.Of($"""
            <p>Counted here: {analysis.Rows} rows, {analysis.Texts} texts, {analysis.Words} different words, {Figures.Real(analysis.WordTests, "N0")} tests of a word in a family, {analysis.Missing} rows that the filter keeps and whose image could not be had.
            Everything that is drawn is drawn from seed {options.Seed} (SplitMix64): the same snapshot and options give the same numbers.</p>
            <dl class="methods">
            <dt>share of a family</dt><dd>Its rows divided by the {analysis.Rows} rows of the study. Table 1 lists families of {options.MinFamilyRows} rows and more.</dd>
            <dt>words</dt><dd>A caption's distinct words: runs of letters, numbers and combining marks, HTML unescaped, in Unicode form C, without case, possessive s dropped. Words that say nothing of a picture (a fixed English list) are counted and shown pale.</dd>
            <dt>texts</dt><dd>Captions of which those of a family that are the same but for numbers count once, and so do those that begin or end with the same three words as at least {options.TemplateCaptions} different captions of their host: a shop's template. Rows are what a reader sees; tests use texts beside rows, because a thousand captions of one template are not a thousand independent ones.</dd>
            <dt>log-odds, z</dt><dd>Weighted log-odds ratio of a word inside the family's texts against all other texts, with an informative Dirichlet prior of {Figures.Real(LogOdds.PriorWeight, "0")} words in the proportions of all texts (Monroe, Colaresi and Quinn 2008, equations 15 to 22); z is the same divided by its standard deviation. Positive: likelier inside.</dd>
            <dt>PMI</dt><dd>Pointwise mutual information of word and family: the binary logarithm of (the family's texts with the word × all texts) / (all texts with the word × the family's texts).</dd>
            <dt>p</dt><dd>Fisher's exact test (1922), one-sided: how likely so many of the family's rows, or more, have the word if the family is drawn from all rows; the same over texts; the larger of the two, which holds whichever of them are independent (Berger 1982).</dd>
            <dt>q</dt><dd>The false-discovery rate (Benjamini and Hochberg 1995) at which the word is a discovery, over all words times all families listed, without the pairs of which no count could reach {rate} (Tarone 1990): {Figures.Real(analysis.WordTests, "N0")} tests. Words that mark a family have q ≤ {rate}; up to {options.WordsPerFamily} are listed by z, and as many of the most frequent.</dd>
            <dt>permutation p, chance z</dt><dd>As many texts as the family has are drawn at random {options.Permutations} times ({PermutationsOfLargest(data)}fewer for very large families: see Draws), and the highest z of any word in each draw is kept (Westfall and Young 1993). Families of more than {PermutationNull.LadderStart} texts share the draws of a number within 5 % of theirs. Permutation p of a word: (1 + draws whose highest z reaches its z) / (1 + draws). Chance z: what one draw in twenty exceeds.</dd>
            <dt>least, median cosine</dt><dd>The lowest cosine similarity of two images of the family (exact), and the median over pairs of its distinct images: over all pairs up to {InsideSimilarity.MostPairs}, over so many drawn pairs beyond, of the {options.SimilarityFamilies} largest families.</dd>
            <dt>stars</dt><dd>A greedy cover: the image with most links leads a star of all that are linked to it, then the next. One star: every image resembles one of them. More: the family is chained.</dd>
            <dt>share of a word set</dt><dd>Rows are those whose caption has every word of the set, without rows that have every word of a set to leave out. The largest family is the largest of the components that these rows' images form among themselves at the threshold. In families of the keyword: rows whose family in the whole study has the words of the first keyword in at least half of its rows.</dd>
            <dt>intervals</dt><dd>Wilson's score interval (1927) at {Figures.Real(100 * Proportion.Confidence, "0")} %. Rows are taken as independent draws of the web; copies of one page are not, and make it too narrow.</dd>
            <dt>bounds</dt><dd>Of n rows with their image, k of them in the family, and m rows that the filter keeps without an image: k / (n + m) if none of the missing belongs to it, (k + m) / (n + m) if all do.</dd>
            <dt>drop list</dt><dd>Of each family {options.KeepPerFamily} {(options.KeepPerFamily == 1 ? "row stays" : "rows stay")}: first that of the image that leads the star with most rows, then those of the other stars' leaders. Shares after that are of the rows that stay, by the families of the whole study.</dd>
            <dt>triggers</dt><dd>Sets of up to three words searched level by level (Agrawal and Srikant 1994) among words that are no stop words and not of the first keyword: at least {options.TriggerRows} rows of the family, a share of at least {Figures.Real(options.TriggerShare, "0.###")}, and a higher share than each of its subsets by Fisher's exact test at {rate} divided by the sets tried (productive sets, Webb 2007). p is Fisher's over rows and over texts, against all and against each subset, the largest of them; q over all sets of one to three used words times the families of {options.TriggerRows} rows and more; those never looked at count with p = 1. Up to {options.TriggersPerFamily} for each family. Lift is the share divided by the family's part of all rows.</dd>
            <dt>other thresholds</dt><dd>Cuts of the maximum spanning forest of the similarities, which gives the components at every threshold down to where the store keeps links (<code>cluster.storeThreshold</code>). Agreement: adjusted Rand index (Hubert and Arabie 1985) over pairs of rows with the families at {Figures.Real(data.Provenance.Threshold, "0.####")}.</dd>
            <dt>second opinion</dt><dd>64-bit DCT hash of each thumbnail (Zauner 2010), of up to {options.HashedImages} distinct images of each of the {options.HashedFamilies} largest families with two. Median distance is to the picture that all are nearest to, in bits; near is the part of them within {SecondOpinion.NearBits} bits; a family whose median is above {SecondOpinion.NearBits} is marked.</dd>
            </dl>
            """);
    }

    private static string PermutationsOfLargest(ReportData data) =>
        data.Families is [var largest, ..] ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{largest.Draws:N0} times for the largest family; ") : "";
}
