using System.ComponentModel.DataAnnotations;

namespace Memorization.Analysis;

/// <summary>What the tables show.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Rows a family must have to be listed.</summary>
    [Range(1, 1_000_000)]
    public int MinFamilyRows { get; init; } = 2;

    /// <summary>Words listed for each family.</summary>
    [Range(1, 1000)]
    public int WordsPerFamily { get; init; } = 10;
}
