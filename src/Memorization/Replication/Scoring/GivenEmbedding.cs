namespace Memorization.Replication.Scoring;

/// <summary>A generated image as the study's model embeds it.</summary>
/// <param name="Image">Its name, unique among those evaluated.</param>
/// <param name="Caption">The prompt that it was made from; null if that is unknown.</param>
/// <param name="Seed">The seed that it was made from; null if that is unknown.</param>
/// <param name="Embedding">Of length 1.</param>
public sealed record GivenEmbedding(string Image, string? Caption, long? Seed, float[] Embedding)
{
    /// <summary>SHA-256 of its bytes.</summary>
    public string ContentId { get; init; } = "";
}

/// <summary>How near an image comes to the training images of a family.</summary>
/// <param name="Max">The highest cosine to one of its distinct images.</param>
/// <param name="TopThree">The mean of the three highest, or of as many as there are.</param>
/// <param name="Nearest">The content id of the image with the highest; of equals the first.</param>
public readonly record struct FamilyScore(double Max, double TopThree, string Nearest)
{
    /// <summary>One of the two.</summary>
    public double Of(ScoreKind kind) => kind == ScoreKind.Max ? Max : TopThree;
}

/// <summary>What of a family an image is held against.</summary>
public enum ScoreKind
{
    /// <summary>Its nearest image.</summary>
    Max,

    /// <summary>Its three nearest images, on the average.</summary>
    TopThree,
}

/// <summary>A generated image with its scores, for one probe of its caption.</summary>
/// <param name="Image">Its name.</param>
/// <param name="Probe">The probe; a caption that several probes share has one of these for each.</param>
/// <param name="Seed">Its seed; null if that is unknown.</param>
/// <param name="Score">Against the probe's family; null if it has none, or none of its images is in the study.</param>
/// <param name="NearestFamily">The family that it comes nearest to, of all that were looked at.</param>
/// <param name="NearestCosine">How near.</param>
public sealed record ScoredImage(string Image, Probe Probe, long? Seed, FamilyScore? Score, string NearestFamily, double NearestCosine);
