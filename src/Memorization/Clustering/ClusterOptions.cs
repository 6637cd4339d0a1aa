using System.ComponentModel.DataAnnotations;
using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>When images are near-identical, and what the search for them may use.</summary>
public sealed record ClusterOptions : IValidatableObject
{
    /// <summary>Cosine similarity from which two images are linked; null (default) takes the model's own.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double? Threshold { get; init; }

    /// <summary>Cosine similarity from which links are kept, so that the threshold can later be any from here up; default 0.90. A run lowers it to its threshold where that is lower.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double StoreThreshold { get; init; } = 0.90;

    /// <summary>Worker threads, with about 10 MB each at 512 values per vector; default 0, one per core.</summary>
    [Range(0, 1024)]
    public int Parallelism { get; init; }

    /// <summary>Where many pairs are looked at first: "cpu" (default), "cuda", "cuda:N", several of these with commas, or "auto". A GPU changes time, never a result.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>What the attributes cannot say: links below the store threshold are not kept, so no threshold can lie there.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Threshold < StoreThreshold)
        {
            yield return new ValidationResult(
                FormattableString.Invariant($"Threshold {Threshold} lies below StoreThreshold {StoreThreshold}, where links are not kept."),
                [nameof(Threshold), nameof(StoreThreshold)]);
        }

        if (DeviceProblem() is { } problem) yield return new ValidationResult(problem, [nameof(Device)]);
    }

    /// <summary><see cref="Device"/>, read.</summary>
    /// <exception cref="InvalidDataException">It names no device.</exception>
    internal IReadOnlyList<OnnxDevice> Devices() => OnnxDevice.Parse(Device);

    private string? DeviceProblem()
    {
        try
        {
            Devices();
            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }
}
