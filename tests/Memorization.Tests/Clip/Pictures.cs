namespace Memorization.Tests.Clip;

/// <summary>Pictures that differ: waves of several directions and noise, 224×224×3 bytes.</summary>
internal static class Pictures
{
    public static byte[] Made(int seed)
    {
        var random = new Random(seed);
        var waves = Enumerable.Range(0, 9).Select(_ => random.NextDouble() * 0.2).ToArray();
        return [.. Enumerable.Range(0, 224 * 224 * 3).Select(i =>
            (byte)(128 + 100 * Math.Sin(waves[i % 3] * (i / 3 % 224) + waves[3 + i % 3] * (i / 672) + 30 * waves[6 + i % 3]) + random.Next(20)))];
    }

    public static byte[][] Made(Range seeds) => [.. Enumerable.Range(seeds.Start.Value, seeds.End.Value - seeds.Start.Value).Select(Made)];
}
