namespace Memorization.Analysis;

/// <summary>A set of words whose captions lead to one family.</summary>
/// <param name="Words">One to three words, none of the study's first keyword.</param>
/// <param name="Family">The family.</param>
/// <param name="Rows">Rows of the study whose caption has all of the words.</param>
/// <param name="FamilyRows">Those of them that show the family.</param>
/// <param name="Share">The second among the first: P(family | words).</param>
/// <param name="Low">Lower end of Wilson's 95 % interval of the share.</param>
/// <param name="High">Upper end.</param>
/// <param name="Lift">The share divided by the family's part of all rows.</param>
/// <param name="KeywordShare">Part of the rows in families of whose rows at least half have the study's first keyword.</param>
/// <param name="Texts">Texts with the words; captions that are the same but for numbers, or one shop's template, are one text of a family.</param>
/// <param name="FamilyTexts">Those of them that are of the family.</param>
/// <param name="P">Fisher's exact test, one-sided, over rows and over texts, of the words against all and against each of their subsets: the largest.</param>
/// <param name="Q">The false-discovery rate at which it is a discovery, among all sets of one to three words and all families.</param>
public sealed record Trigger(
    IReadOnlyList<string> Words, string Family, long Rows, long FamilyRows, double Share, double Low, double High, double Lift, double KeywordShare,
    long Texts, long FamilyTexts, double P, double Q);
