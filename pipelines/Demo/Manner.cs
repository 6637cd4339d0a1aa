namespace Memorization.Pipelines.Demo;

/// <summary>What two pictures of one series share: palette, horizon, light, brushwork.</summary>
internal sealed class Manner
{
    private readonly Colour[] _palette;
    private readonly float _horizon;
    private readonly float _tilt;
    private readonly float _shade;
    private readonly float _strokeX;
    private readonly float _strokeY;
    private readonly float _wildness;
    private readonly float _length;
    private readonly float _stripes;
    private readonly float _softness;

    public Manner(DemoRandom random)
    {
        _palette = new Colour[6];
        for (var i = 0; i < _palette.Length; i++)
        {
            // Light grows with the index, so that every palette has darks and lights.
            var light = 25 + (34 * i);
            _palette[i] = new(light + random.Between(-55, 55), light + random.Between(-55, 55), light + random.Between(-55, 55));
        }

        _horizon = random.Between(0.25f, 0.75f);
        _tilt = random.Between(-0.3f, 0.3f);
        _shade = random.Between(-0.35f, 0.35f);
        (_strokeX, _strokeY) = Direction(random);
        _wildness = random.Between(0.15f, 1.5f);
        _length = random.Between(1, 4);
        _stripes = random.Between(0, 28);
        _softness = random.Chance(0.3f) ? random.Between(0.05f, 0.2f) : 1;
        Detail = random.Between(0.45f, 0.95f);
        Grain = 2 + random.Below(10);
    }

    /// <summary>Amplitude of the noise on every pixel, in grey levels.</summary>
    public int Grain { get; }

    /// <summary>By how much each octave is sparser than the one before, beyond covering the same area.</summary>
    public float Detail { get; }

    /// <summary>Sky and ground: two gradients that meet at a tilted horizon.</summary>
    public void Ground(Raster raster)
    {
        for (var y = 0; y < raster.Height; y++)
        {
            for (var x = 0; x < raster.Width; x++)
            {
                var (u, v) = ((float)x / raster.Width, (float)y / raster.Height);
                var depth = v - _horizon - (_tilt * (u - 0.5f));
                var colour = depth < 0
                    ? Colour.Mix(_palette[4], _palette[3], -depth * 2)
                    : Colour.Mix(_palette[1], _palette[2], depth * 2);
                colour.Scaled(1 + (_shade * (u - 0.5f))).Write(raster.Rgba, ((y * raster.Width) + x) * 4, 1);
            }
        }
    }

    /// <summary>A leaf at (x, y) in pixels; <paramref name="radius"/> is in shorter sides.</summary>
    public Leaf NextLeaf(DemoRandom random, float x, float y, int side, float radius)
    {
        var (wildX, wildY) = Direction(random);
        var (axisX, axisY) = Normal(_strokeX + (_wildness * wildX), _strokeY + (_wildness * wildY));
        // Small leaves are brush strokes, large ones are masses.
        var length = 1 + ((_length - 1) * Math.Clamp(1.2f - (radius * 5), 0, 1) * random.Unit());
        var stretch = MathF.Sqrt(length * random.Between(1, 1.8f));
        return new Leaf(
            x, y, axisX, axisY,
            radius * side * stretch, radius * side / stretch,
            (LeafShape)random.Below(4),
            Colour.Mix(random.Pick(_palette), random.Pick(_palette), random.Between(0, 0.6f)),
            random.Between(-0.3f, 0.3f),
            _stripes * random.Unit(),
            random.Between(1.5f, 5),
            _softness * random.Between(0.6f, 1),
            random.Between(0.75f, 1),
            (uint)random.Next());
    }

    private static (float X, float Y) Direction(DemoRandom random) => Normal(random.Between(-1, 1), random.Between(-1, 1));

    private static (float X, float Y) Normal(float x, float y)
    {
        var length = MathF.Sqrt((x * x) + (y * y)) + 1e-6f;
        return (x / length, y / length);
    }
}
