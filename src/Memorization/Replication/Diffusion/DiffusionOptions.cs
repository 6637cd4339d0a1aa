namespace Memorization.Replication.Diffusion;

/// <summary>How images are made from noise.</summary>
public sealed record DiffusionOptions
{
    /// <summary>Steps from noise to image. Default 50, as diffusers has it.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>How far each step goes from the negative prompt's prediction through the prompt's (Ho and Salimans 2022); up to 1 the prompt's alone is taken. Default 7.5.</summary>
    public double Guidance { get; init; } = 7.5;

    /// <summary>What the image is led away from. Default: nothing.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>The scheduler instead of the model's own, with the values of the model's scheduler_config.json; null is the model's own. Default null.</summary>
    public SchedulerKind? Scheduler { get; init; }
}

/// <summary>One image to make.</summary>
/// <param name="Prompt">Its caption.</param>
/// <param name="Seed">Of its noise: the same as <c>torch.Generator("cpu").manual_seed(seed)</c>.</param>
public readonly record struct DiffusionRequest(string Prompt, uint Seed);

/// <summary>An image made by a model.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Rgb">Height × width × 3 bytes, red, green and blue interleaved.</param>
public sealed record GeneratedImage(int Width, int Height, byte[] Rgb);
