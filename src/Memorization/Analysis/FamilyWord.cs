namespace Memorization.Analysis;

/// <summary>A word in a family's captions. Rows are captions as they are; texts are captions of which those that are the same but for numbers, or one shop's template, count once.</summary>
/// <param name="Word">Lower case, HTML entities undone.</param>
/// <param name="Count">Rows of the family whose caption has it.</param>
/// <param name="Outside">Other rows of the study whose caption has it.</param>
/// <param name="Texts">Texts of the family that have it.</param>
/// <param name="TextsOutside">Other texts that have it.</param>
/// <param name="LogOdds">Log-odds ratio of the family's texts against the others, with an informative Dirichlet prior.</param>
/// <param name="Z">The same in standard deviations.</param>
/// <param name="Pmi">Pointwise mutual information of word and family over texts, in bits.</param>
/// <param name="P">Fisher's exact test, one-sided: how likely so many of the family's rows, and of its texts, have it by chance; the larger of the two.</param>
/// <param name="Q">The false-discovery rate (Benjamini and Hochberg) at which it is a discovery, among all words and families.</param>
/// <param name="PermutationP">How likely any word of so many texts drawn at random reaches this <paramref name="Z"/>.</param>
/// <param name="StopWord">Whether it says nothing of a picture ("the", "of").</param>
public sealed record FamilyWord(
    string Word, long Count, long Outside, long Texts, long TextsOutside, double LogOdds, double Z, double Pmi, double P, double Q, double PermutationP, bool StopWord);
