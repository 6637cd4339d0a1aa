namespace Memorization.Pipelines.Demo;

/// <summary>SplitMix64. The demo's rows and pictures are made from it, so that the same seed gives the same world for ever; System.Random promises no sequence.</summary>
/// <remarks>Only the operations that IEEE 754 rounds exactly (+ − × ÷ √) follow it in this folder: no sine, no power, whose last bits differ between machines.</remarks>
internal sealed class DemoRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A seed for one purpose, independent of every other purpose's.</summary>
    public static ulong Derive(ulong seed, ulong purpose) => Mix(Mix(seed + 0x632BE59BD9B4E019UL) ^ (purpose * 0x9E3779B97F4A7C15UL));

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15UL);

    /// <summary>0 … <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>[0, 1) in steps of 2⁻²⁴.</summary>
    public float Unit() => (Next() >> 40) * (1f / (1 << 24));

    public float Between(float low, float high) => low + ((high - low) * Unit());

    public bool Chance(float probability) => Unit() < probability;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    public void Shuffle<T>(IList<T> list)
    {
        for (var i = list.Count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (list[i], list[j]) = (list[j], list[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
