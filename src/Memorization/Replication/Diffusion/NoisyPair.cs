namespace Memorization.Replication.Diffusion;

/// <summary>The two parts of a noisy sample x = √ᾱ·x₀ + √(1−ᾱ)·ε, as a prediction splits it.</summary>
/// <param name="Sample">x₀.</param>
/// <param name="Epsilon">ε.</param>
internal readonly record struct NoisyPair(double Sample, double Epsilon)
{
    /// <summary>Splits a noisy sample.</summary>
    /// <param name="kind">What was predicted.</param>
    /// <param name="output">The prediction.</param>
    /// <param name="noisy">x.</param>
    /// <param name="signal">√ᾱ.</param>
    /// <param name="deviation">√(1−ᾱ).</param>
    public static NoisyPair Split(Prediction kind, double output, double noisy, double signal, double deviation) => kind switch
    {
        Prediction.Epsilon => new((noisy - deviation * output) / signal, output),
        Prediction.Sample => new(output, (noisy - signal * output) / deviation),
        _ => new(signal * noisy - deviation * output, signal * output + deviation * noisy),
    };
}
