using System.Text.Json;
using Memorization.Clip;

namespace Memorization.Replication.Diffusion;

/// <summary>The keys that a scheduler_config.json may have: an option that changes the result and is not supported is an error, never ignored.</summary>
internal static class SchedulerKeys
{
    private static readonly HashSet<string> Read =
    [
        "num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type", "timestep_spacing", "steps_offset",
        "set_alpha_to_one", "clip_sample", "clip_sample_range", "rescale_betas_zero_snr", "skip_prk_steps",
    ];

    // What each must be to change nothing; null is always allowed.
    private static readonly Dictionary<string, string> Off = new()
    {
        ["trained_betas"] = "null",
        ["thresholding"] = "false",
        ["use_karras_sigmas"] = "false",
        ["use_exponential_sigmas"] = "false",
        ["use_beta_sigmas"] = "false",
        ["interpolation_type"] = "\"linear\"",
        ["timestep_type"] = "\"discrete\"",
        ["final_sigmas_type"] = "\"zero\"",
        ["sigma_min"] = "null",
        ["sigma_max"] = "null",
    };

    // Read only where thresholding is on, or by classes other than these four, whose keys stay in a file that was made from theirs.
    private static readonly HashSet<string> Unread =
    [
        "dynamic_thresholding_ratio", "sample_max_value", "variance_type", "solver_order", "solver_type", "algorithm_type", "lower_order_final",
        "euler_at_final", "lambda_min_clipped", "use_lu_lambdas", "use_flow_sigmas", "flow_shift", "disable_corrector", "predict_x0", "solver_p",
    ];

    /// <summary>Throws unless every key is known and nothing is asked for that <paramref name="kind"/> cannot do here.</summary>
    /// <exception cref="InvalidDataException">The message names the key.</exception>
    public static void Check(JsonGroup root, SchedulerKind kind)
    {
        foreach (var property in root.Element.EnumerateObject())
        {
            var (key, value) = (property.Name, property.Value);
            if (key.StartsWith('_') || Read.Contains(key) || Unread.Contains(key)) continue;
            if (!Off.TryGetValue(key, out var off)) throw new InvalidDataException($"{root.Path}: {key} is no option that this program knows; remove it if the images do not depend on it");
            if (value.ValueKind != JsonValueKind.Null && value.GetRawText() != off) throw root.Wrong(key, value, $"{off}: nothing else is supported");
        }

        if (kind == SchedulerKind.Pndm && !root.Flag("skip_prk_steps", false))
            throw new InvalidDataException($"{root.Path}: skip_prk_steps must be true: Runge-Kutta steps are not supported");
        if (kind == SchedulerKind.Pndm && root.Flag("rescale_betas_zero_snr", false))
            throw new InvalidDataException($"{root.Path}: rescale_betas_zero_snr must be false: PNDM has no first step from noise alone");
    }
}
