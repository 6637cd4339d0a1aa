namespace Memorization.Pipelines.Demo;

/// <summary>A flag of thirteen stripes, a canton and stars, as it lies in a picture.</summary>
/// <param name="X">Of its middle, in pixels.</param>
/// <param name="Y">Of its middle, in pixels.</param>
/// <param name="Width">Its length along the stripes, in pixels; its height is <see cref="Aspect"/> times less.</param>
/// <param name="Turn">Half the tangent of the angle by which it is turned, small.</param>
/// <param name="Light">How bright it is; 1 as the colours are.</param>
/// <param name="Fold">By how much the light grows from the pole to the other end.</param>
internal readonly record struct Flag(float X, float Y, float Width, float Turn, float Light, float Fold)
{
    /// <summary>Width divided by height.</summary>
    public const float Aspect = 1.9f;

    private const int Stripes = 13;
    private const float CantonWidth = 0.4f;
    private const float CantonHeight = 7f / Stripes;
    private const int StarsAcross = 6;
    private const int StarsDown = 5;
    private const int Samples = 3; // along each side of a pixel

    private static readonly Colour Red = new(178, 34, 52);
    private static readonly Colour White = new(250, 250, 246);
    private static readonly Colour Blue = new(50, 52, 112);

    /// <summary>Somewhere in the middle square of a picture, whole, 30 to 45 % of its shorter side long, turned by up to 6 degrees.</summary>
    public static Flag In(Raster picture, DemoRandom random)
    {
        var side = Math.Min(picture.Width, picture.Height);
        var flag = new Flag(0, 0, side * random.Between(0.3f, 0.45f), random.Between(-0.05f, 0.05f), random.Between(0.85f, 1.05f), random.Between(-0.15f, 0.15f));
        var (reachX, reachY) = flag.Reach();
        return flag with
        {
            X = (picture.Width / 2f) + random.Between(reachX - (side / 2f), (side / 2f) - reachX),
            Y = (picture.Height / 2f) + random.Between(reachY - (side / 2f), (side / 2f) - reachY),
        };
    }

    /// <summary>Paints it over a picture.</summary>
    public void Draw(Raster picture)
    {
        var (reachX, reachY) = Reach();
        for (var y = Math.Max(0, (int)(Y - reachY)); y <= Math.Min(picture.Height - 1, (int)(Y + reachY) + 1); y++)
        {
            for (var x = Math.Max(0, (int)(X - reachX)); x <= Math.Min(picture.Width - 1, (int)(X + reachX) + 1); x++)
            {
                var (colour, cover) = At(x, y);
                if (cover > 0) colour.Write(picture.Rgba, ((y * picture.Width) + x) * 4, cover);
            }
        }
    }

    // The mean colour of the samples of a pixel that lie on the flag, and their share.
    private (Colour Mean, float Cover) At(int x, int y)
    {
        var (cos, sin) = Rotation();
        var sum = default(Colour);
        var inside = 0;
        for (var i = 0; i < Samples * Samples; i++)
        {
            var (right, down) = (x + (((i % Samples) + 0.5f) / Samples) - X, y + (((i / Samples) + 0.5f) / Samples) - Y);
            var u = (((right * cos) + (down * sin)) / Width) + 0.5f;
            var v = (((down * cos) - (right * sin)) * Aspect / Width) + 0.5f;
            if (u is < 0 or >= 1 || v is < 0 or >= 1) continue;
            var colour = Cloth(u, v).Scaled(Light + (Fold * (u - 0.5f)));
            sum = new Colour(sum.R + colour.R, sum.G + colour.G, sum.B + colour.B);
            inside++;
        }

        return inside == 0 ? default : (sum.Scaled(1f / inside), (float)inside / (Samples * Samples));
    }

    private static Colour Cloth(float u, float v)
    {
        if (u >= CantonWidth || v >= CantonHeight) return (int)(v * Stripes) % 2 == 0 ? Red : White;
        var (across, down) = (u / CantonWidth * StarsAcross, v / CantonHeight * StarsDown);
        var (x, y) = (across - (int)across - 0.5f, down - (int)down - 0.5f);
        return (x * x) + (y * y) < 0.08f ? White : Blue;
    }

    // Half of its extent in the picture.
    private (float X, float Y) Reach()
    {
        var (cos, sin) = Rotation();
        sin = MathF.Abs(sin);
        return (((Width * cos) + (Width / Aspect * sin)) / 2, ((Width * sin) + (Width / Aspect * cos)) / 2);
    }

    // By 2·atan(turn): exact operations only.
    private (float Cos, float Sin) Rotation() => ((1 - (Turn * Turn)) / (1 + (Turn * Turn)), 2 * Turn / (1 + (Turn * Turn)));
}
