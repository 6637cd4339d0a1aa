namespace Memorization.Pipelines.Bench;

/// <summary>Vectors as CLIP's are spread, with families of near-copies whose similarities lie on both sides of any usual threshold.</summary>
/// <remarks>
/// Coordinate k has the scale 1/√(1 + k/8) and a common mean of 0.6 of it. 35 % of the rows are in families of 2 + 3·Pareto(1.2) members, at most 400,
/// each the family's centre plus ε·U(0, 1) times a random direction, ε uniform in 0.05–0.45 per family; 50 rows are copies of one. Normalised,
/// shuffled, rounded to float16. The same seed gives the same rows.
/// </remarks>
internal static class MadeVectors
{
    private const double InFamilies = 0.35;
    private const int LargestFamily = 400;
    private const int Copies = 50;

    public static Half[][] Make(int count, int width, int seed)
    {
        var random = new Random(seed);
        var scales = Enumerable.Range(0, width).Select(k => 1 / Math.Sqrt(1 + k / 8.0)).ToArray();
        List<Half[]> rows = new(count);
        while (rows.Count < count * InFamilies)
        {
            var centre = Direction();
            var size = Math.Min(LargestFamily, 2 + (int)(3 * (Math.Pow(1 - random.NextDouble(), -1 / 1.2) - 1)));
            var epsilon = 0.05 + 0.4 * random.NextDouble();
            for (var i = 0; i < size && rows.Count < count; i++) rows.Add(Unit(Near(centre, epsilon * random.NextDouble())));
        }

        while (rows.Count < count - Copies) rows.Add(Unit(Direction()));
        for (var one = Unit(Direction()); rows.Count < count;) rows.Add(one);
        Half[][] shuffled = [.. rows];
        random.Shuffle(shuffled);
        return shuffled;

        double[] Direction()
        {
            var values = Array.ConvertAll(scales, scale => scale * (0.6 + Normal()));
            var length = Math.Sqrt(values.Sum(value => value * value));
            return Array.ConvertAll(values, value => value / length);
        }

        double[] Near(double[] centre, double distance)
        {
            var away = Enumerable.Range(0, width).Select(_ => Normal()).ToArray();
            var length = Math.Sqrt(away.Sum(value => value * value));
            return [.. centre.Zip(away, (at, to) => at + distance * to / length)];
        }

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private static Half[] Unit(double[] values)
    {
        var length = Math.Sqrt(values.Sum(value => value * value));
        return Array.ConvertAll(values, value => (Half)(value / length));
    }
}
