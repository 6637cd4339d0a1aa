namespace Memorization.Replication.Diffusion;

/// <summary>Splits the sample into its predicted parts and puts them together for the next noise level (Song, Meng and Ermon 2021, equation 12, σ = 0).</summary>
internal sealed class DdimScheduler : IScheduler
{
    private readonly SchedulerConfig _config;
    private readonly NoiseSchedule _schedule;
    private readonly int _stride;

    /// <param name="config">Its values.</param>
    /// <param name="steps">How many steps.</param>
    public DdimScheduler(SchedulerConfig config, int steps)
    {
        (_config, _schedule) = (config, new NoiseSchedule(config));
        Timesteps = Diffusion.Timesteps.Of(config, steps);
        _stride = config.TrainTimesteps / steps;
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps { get; }

    /// <inheritdoc/>
    public double InitialScale => 1;

    /// <inheritdoc/>
    public double InputScale(int step) => 1;

    /// <inheritdoc/>
    public void Step(int step, ReadOnlySpan<float> output, Span<float> sample, Noise noise)
    {
        var timestep = (int)Timesteps[step];
        double alpha = _schedule.Alpha(timestep), next = _schedule.Alpha(timestep - _stride);
        double signal = Math.Sqrt(alpha), deviation = Math.Sqrt(1 - alpha), nextSignal = Math.Sqrt(next), nextDeviation = Math.Sqrt(1 - next);
        for (var i = 0; i < sample.Length; i++)
        {
            var (clean, epsilon) = NoisyPair.Split(_config.Prediction, output[i], sample[i], signal, deviation);
            if (_config.ClipRange is { } range) clean = Math.Clamp(clean, -range, range); // the noise stays as predicted, as diffusers has it
            sample[i] = (float)(nextSignal * clean + nextDeviation * epsilon);
        }
    }
}
