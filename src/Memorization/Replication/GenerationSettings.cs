using Memorization.Replication.Diffusion;

namespace Memorization.Replication;

/// <summary>Everything but caption and seed that decides what an image looks like; all images of a folder share it.</summary>
/// <param name="ModelId">SHA-256 of the model's files.</param>
/// <param name="Steps">Steps from noise to image.</param>
/// <param name="Guidance">The guidance scale.</param>
/// <param name="NegativePrompt">What images are led away from.</param>
/// <param name="Scheduler">The scheduler that took the place of the model's own; null is its own.</param>
public sealed record GenerationSettings(string ModelId, int Steps, double Guidance, string NegativePrompt, SchedulerKind? Scheduler)
{
    /// <summary>The settings that these options of a model give.</summary>
    public static GenerationSettings Of(string modelId, DiffusionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(modelId, options.Steps, options.Guidance, options.NegativePrompt, options.Scheduler);
    }
}
