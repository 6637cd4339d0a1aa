namespace Memorization.Replication.Diffusion;

/// <summary>The numbers of <c>torch.randn</c> in float32 on a CPU, call for call, after <c>torch.manual_seed</c>.</summary>
/// <remarks>
/// PyTorch takes other numbers for fewer than 16 than for 16 and more (ATen's <c>normal_distribution</c> and <c>normal_fill</c>), and so does this. Both are
/// Box and Muller's (1958) of the same bits; sine, cosine and logarithm differ in their last places between PyTorch's own processors, hence also here.
/// Seeds above 2³² − 1 are cut to their lower half by PyTorch. Not thread-safe.
/// </remarks>
/// <param name="seed">The seed.</param>
internal sealed class TorchRandom(uint seed)
{
    private const int Block = 16;

    private readonly MersenneTwister _bits = new(seed);
    private double? _kept; // of the pair that the last small call began

    /// <summary>What <c>torch.randn</c> of so many numbers gives.</summary>
    public void Normal(Span<float> values)
    {
        if (values.Length < Block)
        {
            foreach (ref var value in values) value = (float)One();
            return;
        }

        Uniform(values);
        for (var start = 0; start + Block <= values.Length; start += Block) Transform(values.Slice(start, Block));
        if (values.Length % Block == 0) return;
        var end = values[^Block..]; // the last block is drawn anew, some of it for the second time
        Uniform(end);
        Transform(end);
    }

    // 24 bits each, 0 included and 1 not.
    private void Uniform(Span<float> values)
    {
        foreach (ref var value in values) value = (_bits.Next() & 0xFFFFFF) * (1f / (1 << 24));
    }

    // The first eight numbers become distances and the cosines' places, the last eight angles and the sines' places.
    private static void Transform(Span<float> block)
    {
        const int half = Block / 2;
        for (var i = 0; i < half; i++)
        {
            var distance = MathF.Sqrt(-2 * MathF.Log(1 - block[i]));
            var angle = (float)(2 * Math.PI * block[i + half]);
            (block[i], block[i + half]) = (distance * MathF.Cos(angle), distance * MathF.Sin(angle));
        }
    }

    private double One()
    {
        if (_kept is { } kept)
        {
            _kept = null;
            return kept;
        }

        double turn = Double(), share = Double();
        var distance = Math.Sqrt(-2 * double.LogP1(-share));
        _kept = distance * Math.Sin(2 * Math.PI * turn);
        return distance * Math.Cos(2 * Math.PI * turn);
    }

    // 53 bits of two draws, the first of them the higher.
    private double Double()
    {
        var high = (ulong)_bits.Next();
        return (((high << 32) | _bits.Next()) & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));
    }
}
