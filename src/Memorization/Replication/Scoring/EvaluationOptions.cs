namespace Memorization.Replication.Scoring;

/// <summary>What counts as replicated, and how sure that is.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The threshold set by hand for every family; null is the study's own.</summary>
    public double? Threshold { get; init; }

    /// <summary>Thresholds set by hand for single families.</summary>
    public IReadOnlyDictionary<string, double> FamilyThresholds { get; init; } = new Dictionary<string, double>();

    /// <summary>Part of the pairs of a training image and another family that may reach the calibrated threshold. Default 1 %.</summary>
    public double FalsePositiveRate { get; init; } = 0.01;

    /// <summary>Pairs that the calibrated threshold is set by and tested on. Default 20,000.</summary>
    public int Pairs { get; init; } = 20_000;

    /// <summary>Families, the largest first, that images are held against besides those of the probes. Default 100.</summary>
    public int Families { get; init; } = 100;

    /// <summary>Draws of the bootstrap. Default 2,000.</summary>
    public int Draws { get; init; } = 2_000;

    /// <summary>Seed of everything that is drawn. Default 1.</summary>
    public int Seed { get; init; } = 1;
}
