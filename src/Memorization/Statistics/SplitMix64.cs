namespace Memorization.Statistics;

/// <summary>A generator whose sequence is the same everywhere and for ever (Steele, Lea and Flood 2014): <see cref="Random"/> promises none. Not thread-safe.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>0 … <paramref name="count"/> − 1; the bias is below count / 2⁶⁴.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);
}
