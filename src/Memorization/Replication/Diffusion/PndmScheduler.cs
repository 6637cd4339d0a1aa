namespace Memorization.Replication.Diffusion;

/// <summary>
/// DDIM's step with a prediction extrapolated from the last four (Adams and Bashforth), as Liu et al. 2022 call PLMS; the first step is taken twice,
/// the second time with the mean of the predictions at both its ends.
/// </summary>
internal sealed class PndmScheduler : IScheduler
{
    // By how many predictions there are: weights of the last, the one before it, and so on.
    private static readonly double[][] Weights =
    [
        [1],
        [3.0 / 2, -1.0 / 2],
        [23.0 / 12, -16.0 / 12, 5.0 / 12],
        [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24],
    ];

    private readonly SchedulerConfig _config;
    private readonly NoiseSchedule _schedule;
    private readonly int _stride;
    private readonly List<float[]> _predictions = []; // the last one first
    private float[] _first = [];

    /// <param name="config">Its values.</param>
    /// <param name="steps">How many steps; the network is asked once more if there are two or more.</param>
    public PndmScheduler(SchedulerConfig config, int steps)
    {
        (_config, _schedule) = (config, new NoiseSchedule(config));
        var once = Diffusion.Timesteps.Of(config, steps);
        Timesteps = [.. once.Take(2), .. once.Skip(1)];
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
        if (step == 1)
        {
            _first.CopyTo(sample);
            Move(timestep + _stride, timestep, [0.5, 0.5], [output.ToArray(), _predictions[0]], sample);
            return;
        }

        if (step == 0) _first = sample.ToArray();
        _predictions.Insert(0, output.ToArray());
        if (_predictions.Count > Weights.Length) _predictions.RemoveAt(Weights.Length);
        Move(timestep, timestep - _stride, Weights[_predictions.Count - 1], _predictions, sample);
    }

    // Formula 9 of the paper is DDIM's step with its fraction made rational. Velocities are combined as they are and then turned into noise.
    private void Move(int from, int to, double[] weights, List<float[]> predictions, Span<float> sample)
    {
        double alpha = _schedule.Alpha(from), next = _schedule.Alpha(to);
        double signal = Math.Sqrt(alpha), deviation = Math.Sqrt(1 - alpha), nextSignal = Math.Sqrt(next), nextDeviation = Math.Sqrt(1 - next);
        for (var i = 0; i < sample.Length; i++)
        {
            var output = 0.0;
            for (var k = 0; k < weights.Length; k++) output += weights[k] * predictions[k][i];
            var (clean, epsilon) = NoisyPair.Split(_config.Prediction, output, sample[i], signal, deviation);
            sample[i] = (float)(nextSignal * clean + nextDeviation * epsilon);
        }
    }
}
