namespace Memorization.Replication.Diffusion;

/// <summary>MT19937 (Matsumoto and Nishimura 1998), seeded with one number as its authors' <c>init_genrand</c> does: the generator of PyTorch's CPU tensors. Not thread-safe.</summary>
internal sealed class MersenneTwister
{
    private const int Length = 624;
    private const int Shift = 397;

    private readonly uint[] _state = new uint[Length];
    private int _place = Length;

    /// <param name="seed">The seed.</param>
    public MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (var i = 1u; i < Length; i++) _state[i] = 1_812_433_253 * (_state[i - 1] ^ (_state[i - 1] >> 30)) + i;
    }

    /// <summary>32 random bits.</summary>
    public uint Next()
    {
        if (_place == Length) Refill();
        var y = _state[_place++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Refill()
    {
        for (var i = 0; i < Length; i++)
        {
            var y = (_state[i] & 0x80000000) | (_state[(i + 1) % Length] & 0x7FFFFFFF);
            _state[i] = _state[(i + Shift) % Length] ^ (y >> 1) ^ ((y & 1) * 0x9908B0DF);
        }

        _place = 0;
    }
}
