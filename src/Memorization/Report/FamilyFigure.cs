using System.Globalization;
using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>A bar of a figure.</summary>
/// <param name="Rank">Its place in the group, from 1.</param>
/// <param name="TableRank">The family's place in Table 1; null if it is not listed there.</param>
/// <param name="Family">The family.</param>
/// <param name="Name">What its captions are about.</param>
/// <param name="Rows">The bar's length.</param>
/// <param name="Share">The same among all rows of the group.</param>
internal sealed record FamilyBar(int Rank, int? TableRank, string Family, string Name, long Rows, double Share);

/// <summary>Bars that belong together.</summary>
/// <param name="Words">The words that the group's rows have; empty for all rows.</param>
/// <param name="Head">What stands above the bars; empty for nothing.</param>
/// <param name="Bars">The bars, longest first.</param>
internal sealed record FamilyBarGroup(string Words, string Head, IReadOnlyList<FamilyBar> Bars);

/// <summary>The largest families of the study, and of the rows with some words, as the study's figures 1 and 2 have them.</summary>
/// <param name="Name">The files' name without an extension.</param>
/// <param name="Description">What it shows, in a sentence.</param>
/// <param name="Groups">Its bars.</param>
internal sealed record FamilyFigure(string Name, string Description, IReadOnlyList<FamilyBarGroup> Groups)
{
    /// <summary>Figure 1: the largest families by the rows of the whole study.</summary>
    public static FamilyFigure OfStudy(ReportData data)
    {
        var shown = data.Families.Take(data.Study.Report.ChartFamilies).Select((family, i) => new FamilyBar(i + 1, i + 1, family.Family, FamilyName.Of(family, words: 3), family.Size, family.Share)).ToList();
        return new FamilyFigure("figure-1", string.Create(CultureInfo.InvariantCulture, $"Bars: rows of the {shown.Count} largest families of the study"), [new FamilyBarGroup("", "", shown)]);
    }

    /// <summary>Figure 2: the largest families that the rows with each of the word sets asked for are among themselves, without those that Table 1 would not list.</summary>
    public static FamilyFigure OfWords(ReportData data)
    {
        var listed = data.Families.Select((family, i) => (family, Rank: i + 1)).ToDictionary(row => row.family.Family, row => (row.Rank, Name: FamilyName.Of(row.family, words: 3)));
        return new FamilyFigure("figure-2", "Bars: rows of the largest families among the rows with each of the word sets asked for", [.. data.Analysis.Shares.Select(Group)]);

        FamilyBarGroup Group(WordShare share)
        {
            var words = string.Join(' ', share.Words);
            var without = share.Without.Count == 0 ? "" : $" without “{string.Join("”, “", share.Without)}”";
            var bars = share.LargestFamilies.Where(family => family.Rows >= data.Study.Analysis.MinFamilyRows).Select((family, i) => listed.TryGetValue(family.Family, out var row)
                ? new FamilyBar(i + 1, row.Rank, family.Family, row.Name, family.Rows, (double)family.Rows / share.Rows)
                : new FamilyBar(i + 1, null, family.Family, family.Family[..8], family.Rows, (double)family.Rows / share.Rows)).ToList();
            var left = bars.Count < share.Families ? string.Create(CultureInfo.InvariantCulture, $"; {bars.Count:N0} drawn") : "";
            return new FamilyBarGroup(words, string.Create(CultureInfo.InvariantCulture, $"“{words}”{without}: {share.Rows:N0} rows, {share.Families:N0} families{left}"), bars);
        }
    }

    /// <summary>The bars as a table.</summary>
    public ResultTable ToTable() => new(
        Name,
        [("words", ResultTable.Text), ("rank", ResultTable.Whole), ("table_1_rank", ResultTable.Whole), ("family", ResultTable.Text), ("name", ResultTable.Text), ("rows", ResultTable.Whole), ("share", ResultTable.Real)],
        [.. Groups.SelectMany(group => group.Bars.Select(bar => (object?[])[group.Words, bar.Rank, bar.TableRank, bar.Family, bar.Name, bar.Rows, bar.Share]))]);
}
