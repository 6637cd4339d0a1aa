namespace Memorization.Replication.Diffusion;

/// <summary>
/// Euler's steps along dx/dσ = (x − x₀)/σ, where σ is the noise's deviation beside an unscaled sample (Karras et al. 2022, equation 3);
/// the ancestral one steps lower and adds noise, so that each level has the variance it should have.
/// </summary>
internal sealed class EulerScheduler : IScheduler
{
    private readonly SchedulerConfig _config;
    private readonly double[] _sigmas;

    /// <param name="config">Its values.</param>
    /// <param name="steps">How many steps.</param>
    public EulerScheduler(SchedulerConfig config, int steps)
    {
        _config = config;
        var schedule = new NoiseSchedule(config);
        Timesteps = Diffusion.Timesteps.Of(config, steps, fractions: true);
        _sigmas = [.. Timesteps.Select(schedule.Sigma), 0];
        var most = _sigmas.Max();
        InitialScale = config.Spacing == TimestepSpacing.Leading ? Math.Sqrt(most * most + 1) : most;
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps { get; }

    /// <inheritdoc/>
    public double InitialScale { get; }

    /// <inheritdoc/>
    public double InputScale(int step) => 1 / Math.Sqrt(_sigmas[step] * _sigmas[step] + 1);

    /// <inheritdoc/>
    public void Step(int step, ReadOnlySpan<float> output, Span<float> sample, Noise noise)
    {
        double sigma = _sigmas[step], next = _sigmas[step + 1], up = 0, down = next;
        var fresh = _config.Kind == SchedulerKind.EulerAncestral ? new float[sample.Length] : [];
        if (fresh.Length > 0)
        {
            up = Math.Sqrt(next * next * (sigma * sigma - next * next)) / sigma;
            down = Math.Sqrt(next * next - up * up);
            noise(fresh);
        }

        for (var i = 0; i < sample.Length; i++)
        {
            var moved = sample[i] + (sample[i] - Clean(output[i], sample[i], sigma)) / sigma * (down - sigma);
            sample[i] = (float)(fresh.Length > 0 ? moved + up * fresh[i] : moved);
        }
    }

    private double Clean(double output, double sample, double sigma) => _config.Prediction switch
    {
        Prediction.Epsilon => sample - sigma * output,
        Prediction.Sample => output,
        _ => sample / (sigma * sigma + 1) - output * sigma / Math.Sqrt(sigma * sigma + 1),
    };
}
