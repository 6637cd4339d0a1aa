namespace Memorization.Replication.Diffusion;

/// <summary>Fills a sample's place with fresh standard normal noise.</summary>
internal delegate void Noise(Span<float> values);

/// <summary>Leads noise to a sample in steps, each from what a network predicts. One object leads one sample (or batch) once, from step 0 on; not thread-safe.</summary>
/// <remarks>Samples are float32 and elementwise: any number of them may stand one after another.</remarks>
internal interface IScheduler
{
    /// <summary>The timestep that the network is told at each step.</summary>
    IReadOnlyList<double> Timesteps { get; }

    /// <summary>What standard normal noise is multiplied by to begin with.</summary>
    double InitialScale { get; }

    /// <summary>What the sample is multiplied by before the network sees it.</summary>
    double InputScale(int step);

    /// <summary>Moves the sample to the next noise level.</summary>
    /// <param name="step">0, 1, 2 … in order.</param>
    /// <param name="output">What the network predicted.</param>
    /// <param name="sample">The sample, changed in place.</param>
    /// <param name="noise">Where fresh noise comes from; asked once a step by schedulers that add some.</param>
    void Step(int step, ReadOnlySpan<float> output, Span<float> sample, Noise noise);
}
