using Memorization.Configuration;

namespace Memorization.Replication.Diffusion;

/// <summary>Which timesteps of training a number of steps visits.</summary>
internal static class Timesteps
{
    /// <summary>The timesteps in falling order; whole numbers, but for <paramref name="fractions"/> of an even spread.</summary>
    /// <param name="config">The spacing.</param>
    /// <param name="steps">How many.</param>
    /// <param name="fractions">Whether an even spread (linspace) is left unrounded, as Euler's schedulers do.</param>
    /// <exception cref="SetupException">There are not so many timesteps.</exception>
    public static double[] Of(SchedulerConfig config, int steps, bool fractions = false)
    {
        var all = config.TrainTimesteps;
        if (steps < 1 || steps > all) throw new SetupException($"{steps} steps: the model has {all} timesteps; ask for 1 to {all}");
        var timesteps = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            // Halves are rounded to even, as numpy does.
            timesteps[i] = config.Spacing switch
            {
                TimestepSpacing.Leading => (steps - 1 - i) * (all / steps) + config.StepsOffset,
                TimestepSpacing.Trailing => Math.Round(all - i * ((double)all / steps)) - 1,
                _ => steps == 1 ? 0 : Even((steps - 1 - i) * (all - 1.0) / (steps - 1), fractions),
            };
        }

        return timesteps[0] < all
            ? timesteps
            : throw new SetupException($"{steps} steps from steps_offset {config.StepsOffset} reach timestep {timesteps[0]} of a model that has {all}; ask for fewer steps");
    }

    private static double Even(double timestep, bool fractions) => fractions ? timestep : Math.Round(timestep);
}
