using Memorization.Clip;
using Memorization.Configuration;

namespace Memorization.Replication.Diffusion;

/// <summary>Which of diffusers' schedulers.</summary>
public enum SchedulerKind
{
    /// <summary>DDIMScheduler without added noise (Song, Meng and Ermon 2021, equation 12 with σ = 0).</summary>
    Ddim,

    /// <summary>PNDMScheduler with skip_prk_steps: the linear multistep method alone (Liu et al. 2022), as Stable Diffusion's first releases have it.</summary>
    Pndm,

    /// <summary>EulerDiscreteScheduler (Karras et al. 2022, algorithm 2 without churn and without its second-order correction).</summary>
    Euler,

    /// <summary>EulerAncestralDiscreteScheduler: Euler's step to a lower noise level, then fresh noise.</summary>
    EulerAncestral,
}

/// <summary>What the network was trained to predict from a noisy sample √ᾱ·x₀ + √(1−ᾱ)·ε.</summary>
public enum Prediction
{
    /// <summary>The noise ε.</summary>
    Epsilon,

    /// <summary>√ᾱ·ε − √(1−ᾱ)·x₀ (Salimans and Ho 2022).</summary>
    Velocity,

    /// <summary>The sample x₀.</summary>
    Sample,
}

/// <summary>How the steps are spread over the timesteps of training (Lin et al. 2024, table 2).</summary>
public enum TimestepSpacing
{
    /// <summary>From 0 in equal whole steps: the noisiest timestep is left out.</summary>
    Leading,

    /// <summary>Down from the last timestep in equal steps.</summary>
    Trailing,

    /// <summary>From the first to the last timestep, both included.</summary>
    Linspace,
}

/// <summary>A scheduler_config.json of diffusers.</summary>
/// <param name="Kind">Its class.</param>
/// <param name="TrainTimesteps">Noise levels in training.</param>
/// <param name="BetaStart">Variance that the first level adds.</param>
/// <param name="BetaEnd">Variance that the last level adds.</param>
/// <param name="Scaled">Whether the betas' roots lie on a line (scaled_linear) rather than the betas (linear).</param>
/// <param name="Prediction">What the network predicts.</param>
/// <param name="Spacing">Which timesteps are taken.</param>
/// <param name="StepsOffset">Added to leading timesteps.</param>
/// <param name="EndsAtOne">Whether the last step ends at ᾱ = 1 rather than at the first level's ᾱ.</param>
/// <param name="ClipRange">Predicted samples are cut to this magnitude (DDIM); null does not cut.</param>
/// <param name="ZeroTerminalSnr">Whether the levels are rescaled so that nothing of the sample is left at the last one (Lin et al. 2024, algorithm 1).</param>
internal sealed record SchedulerConfig(
    SchedulerKind Kind, int TrainTimesteps, double BetaStart, double BetaEnd, bool Scaled, Prediction Prediction, TimestepSpacing Spacing, int StepsOffset,
    bool EndsAtOne, double? ClipRange, bool ZeroTerminalSnr)
{
    public const string FileName = "scheduler_config.json";

    private static readonly Dictionary<string, SchedulerKind> Classes = new()
    {
        ["DDIMScheduler"] = SchedulerKind.Ddim,
        ["PNDMScheduler"] = SchedulerKind.Pndm,
        ["EulerDiscreteScheduler"] = SchedulerKind.Euler,
        ["EulerAncestralDiscreteScheduler"] = SchedulerKind.EulerAncestral,
    };

    /// <summary>Reads the file; what it leaves out has the defaults that diffusers gives that class.</summary>
    /// <param name="path">The file.</param>
    /// <param name="instead">The scheduler to use with these values instead of the file's own, as <c>from_config</c> of another class does; null keeps it.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A value is out of its range or asks for what is not supported; the message names the key.</exception>
    public static SchedulerConfig Read(string path, SchedulerKind? instead = null)
    {
        var root = JsonGroup.Read(path);
        var kind = instead ?? Classes[root.Text("_class_name", "", [.. Classes.Keys]) is { Length: > 0 } name
            ? name
            : throw new InvalidDataException($"{path} has no _class_name; it must be one of {string.Join(", ", Classes.Keys)}")];
        SchedulerKeys.Check(root, kind);
        var euler = kind is SchedulerKind.Euler or SchedulerKind.EulerAncestral;
        var config = new SchedulerConfig(
            kind,
            root.Integer("num_train_timesteps", 1000, 1, 1_000_000),
            root.Number("beta_start", 0.0001, 0, 1),
            root.Number("beta_end", 0.02, 0, 1),
            root.Text("beta_schedule", "linear", "linear", "scaled_linear") == "scaled_linear",
            root.Text("prediction_type", "epsilon", "epsilon", "v_prediction", "sample") switch
            {
                "epsilon" => Prediction.Epsilon,
                "sample" => Prediction.Sample,
                _ => Prediction.Velocity,
            },
            root.Text("timestep_spacing", euler ? "linspace" : "leading", "leading", "trailing", "linspace") switch
            {
                "leading" => TimestepSpacing.Leading,
                "trailing" => TimestepSpacing.Trailing,
                _ => TimestepSpacing.Linspace,
            },
            root.Integer("steps_offset", 0, 0, 1000),
            root.Flag("set_alpha_to_one", kind == SchedulerKind.Ddim),
            kind == SchedulerKind.Ddim && root.Flag("clip_sample", true) ? root.Number("clip_sample_range", 1, 0, 1e6) : null,
            root.Flag("rescale_betas_zero_snr", false));
        if (config is { Kind: SchedulerKind.Pndm, Prediction: Prediction.Sample })
            throw new InvalidDataException($"{path}: prediction_type sample has no multistep method; take DDIM or Euler");
        if (config is { ZeroTerminalSnr: true, Kind: SchedulerKind.Ddim, Prediction: Prediction.Epsilon })
            throw new InvalidDataException($"{path}: with rescale_betas_zero_snr the first step has noise alone, from which epsilon says nothing of the sample; prediction_type must be v_prediction or sample");
        return config;
    }

    /// <summary>The values as diffusers' Stable Diffusion pipeline changes them when it is made: leading timesteps begin at 1 and predicted latents are not cut.</summary>
    public SchedulerConfig ForLatents() => this with { StepsOffset = 1, ClipRange = null };

    /// <summary>The scheduler for so many steps.</summary>
    /// <exception cref="SetupException">There are not so many timesteps.</exception>
    public IScheduler Create(int steps) => Kind switch
    {
        SchedulerKind.Ddim => new DdimScheduler(this, steps),
        SchedulerKind.Pndm => new PndmScheduler(this, steps),
        _ => new EulerScheduler(this, steps),
    };
}
