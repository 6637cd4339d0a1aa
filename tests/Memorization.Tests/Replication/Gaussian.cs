using Memorization.Replication.Diffusion;

namespace Memorization.Tests.Replication;

/// <summary>
/// Data of which everything is known: each number is normal with mean 0 and this deviation. The best denoiser is then linear, E[x₀ | x] = √ᾱ·s²·x / (ᾱs² + 1 − ᾱ),
/// and along the probability-flow ODE x stays in proportion to √(ᾱs² + 1 − ᾱ), its own deviation.
/// </summary>
/// <param name="deviation">s.</param>
internal sealed class Gaussian(double deviation)
{
    /// <summary>s².</summary>
    public double Variance => deviation * deviation;

    /// <summary>ᾱs² + 1 − ᾱ.</summary>
    public double NoisyVariance(double alpha) => alpha * Variance + 1 - alpha;

    /// <summary>The factor of a noisy number that the ideal network predicts.</summary>
    public double Factor(Prediction kind, double alpha) => kind switch
    {
        Prediction.Epsilon => Math.Sqrt(1 - alpha) / NoisyVariance(alpha),
        Prediction.Sample => Math.Sqrt(alpha) * Variance / NoisyVariance(alpha),
        _ => Math.Sqrt(alpha * (1 - alpha)) * (1 - Variance) / NoisyVariance(alpha),
    };

    /// <summary>ᾱ of a linear or scaled linear schedule, from logarithms: another way than the code under test goes.</summary>
    public static double Alpha(SchedulerConfig config, int timestep)
    {
        if (timestep < 0) return config.EndsAtOne ? 1 : Alpha(config, 0);
        double power = config.Scaled ? 0.5 : 1, from = Math.Pow(config.BetaStart, power), to = Math.Pow(config.BetaEnd, power);
        return Math.Exp(Enumerable.Range(0, timestep + 1).Sum(t => Math.Log(1 - Math.Pow(from + (to - from) * t / (config.TrainTimesteps - 1), 1 / power))));
    }

    /// <summary>Leads three numbers through a scheduler with the ideal network, asked in its own scale; gives them after every step.</summary>
    /// <param name="config">The scheduler's values.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="alpha">ᾱ at a timestep.</param>
    /// <param name="noise">What ancestral steps add.</param>
    public List<float[]> Trajectory(SchedulerConfig config, int steps, Func<double, double> alpha, Noise noise)
    {
        var scheduler = config.Create(steps);
        float[] sample = [1, -0.5f, 2];
        List<float[]> path = [[.. sample]];
        for (var step = 0; step < scheduler.Timesteps.Count; step++)
        {
            var factor = Factor(config.Prediction, alpha(scheduler.Timesteps[step])) * scheduler.InputScale(step);
            scheduler.Step(step, [.. sample.Select(x => (float)(factor * x))], sample, noise);
            path.Add([.. sample]);
        }

        return path;
    }
}
