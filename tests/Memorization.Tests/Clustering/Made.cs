using System.Security.Cryptography;
using CsCheck;
using Memorization.Clustering;

namespace Memorization.Tests.Clustering;

/// <summary>Small sets of vectors with everything that is hard: families across the threshold, copies, parallels, ties, outlier dimensions.</summary>
internal static class Made
{
    public static readonly int[] Widths = [2, 64, 512, 768];

    /// <summary>Sets of up to 60 vectors, no longer than 5, so that float64 sums are exact.</summary>
    public static readonly Gen<KeyedVector[]> Sets =
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 60], Gen.OneOf(Widths), (seed, count, width) => Vectors(new Random(seed), count, width));

    public static ContentKey Key(int i) => ContentKey.FromBytes(SHA256.HashData(BitConverter.GetBytes(i)));

    public static Half[] Direction(Random random, int width, double length = 1)
    {
        var values = Enumerable.Range(0, width).Select(_ => random.NextDouble() - 0.5).ToArray();
        return Scaled(values, length);
    }

    public static Half[] Near(Random random, Half[] of, double distance)
    {
        var away = Direction(random, of.Length);
        return Scaled([.. of.Select((value, i) => (double)value + distance * (double)away[i])], 1);
    }

    public static KeyedVector[] Vectors(Random random, int count, int width)
    {
        var made = new List<Half[]> { Direction(random, width) };
        while (made.Count < count)
        {
            var one = made[random.Next(made.Count)];
            made.Add(random.Next(6) switch
            {
                0 => [.. one],
                1 => [.. one.Select(value => value * (Half)0.5)],
                2 => WithOutlier(Direction(random, width), random.Next(width)),
                3 => Direction(random, width),
                _ => Near(random, one, random.NextDouble() * 0.6),
            });
        }

        return [.. made.Select((values, i) => new KeyedVector(Key(i), values))];
    }

    private static Half[] WithOutlier(Half[] values, int at)
    {
        values[at] = (Half)4;
        return values;
    }

    private static Half[] Scaled(double[] values, double length)
    {
        var norm = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => (Half)(value / norm * length))];
    }
}
