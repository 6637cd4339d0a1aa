namespace Memorization.Replication.Diffusion;

/// <summary>How much of the sample is left at each timestep of training: ᾱ(t), the product of 1 − β up to t.</summary>
/// <remarks>In float64; diffusers' float32 differs by about 1e-6 of each value.</remarks>
internal sealed class NoiseSchedule
{
    private const double LeastAlpha = 1.0 / (1 << 24); // instead of 0, where Euler's noise level would be infinite; diffusers' number

    private readonly double[] _alphas;
    private readonly double _final;

    /// <param name="config">The betas and what is done with them.</param>
    public NoiseSchedule(SchedulerConfig config)
    {
        _alphas = new double[config.TrainTimesteps];
        var product = 1.0;
        for (var t = 0; t < _alphas.Length; t++) _alphas[t] = product *= 1 - Beta(config, t);
        if (config.ZeroTerminalSnr) Rescale(_alphas);
        _final = config.EndsAtOne ? 1 : _alphas[0];
    }

    /// <summary>Timesteps of training.</summary>
    public int Count => _alphas.Length;

    /// <summary>ᾱ at a timestep; before the first one, where the last step ends.</summary>
    public double Alpha(int timestep) => timestep < 0 ? _final : _alphas[timestep];

    /// <summary>√((1 − ᾱ) / ᾱ): the noise's deviation where the sample is not scaled, between timesteps on the line through both.</summary>
    public double Sigma(double timestep)
    {
        var below = (int)timestep;
        var low = SigmaAt(below);
        return below == timestep ? low : low + (timestep - below) * (SigmaAt(below + 1) - low);
    }

    private double SigmaAt(int timestep)
    {
        var alpha = Math.Max(_alphas[timestep], LeastAlpha);
        return Math.Sqrt((1 - alpha) / alpha);
    }

    private static double Beta(SchedulerConfig config, int t)
    {
        var share = config.TrainTimesteps == 1 ? 0 : (double)t / (config.TrainTimesteps - 1);
        if (!config.Scaled) return config.BetaStart + share * (config.BetaEnd - config.BetaStart);
        var root = Math.Sqrt(config.BetaStart) + share * (Math.Sqrt(config.BetaEnd) - Math.Sqrt(config.BetaStart));
        return root * root;
    }

    // √ᾱ is shifted to 0 at the last timestep and scaled so that the first stays (Lin et al. 2024, algorithm 1).
    private static void Rescale(double[] alphas)
    {
        double first = Math.Sqrt(alphas[0]), last = Math.Sqrt(alphas[^1]);
        foreach (ref var alpha in alphas.AsSpan())
        {
            var root = (Math.Sqrt(alpha) - last) * first / (first - last);
            alpha = root * root;
        }
    }
}
