namespace Memorization.Images;

/// <summary>One axis of "resize, then cut the middle": the inputs and the weights of each output, in Pillow's fixed point.</summary>
/// <remarks>
/// After <c>precompute_coeffs</c> and <c>normalize_coeffs_8bpc</c> of Pillow's Resample.c, to the bit: the order of every floating-point
/// operation counts. Only the outputs inside the crop are computed. Immutable.
/// </remarks>
internal sealed class BicubicAxis
{
    /// <summary>Fraction bits of a weight: 32 less 8 for the pixel and 2 for sums outside [0, 1].</summary>
    public const int PrecisionBits = 22;

    private const double Support = 2;

    /// <summary>The axis of an input of <paramref name="length"/> pixels that is resized to <paramref name="resized"/> (at least <paramref name="outputs"/>) and cropped.</summary>
    public BicubicAxis(int length, int resized, int outputs)
    {
        Starts = new int[outputs];
        Counts = new int[outputs];
        var scale = (double)length / resized;
        var filterScale = Math.Max(scale, 1);
        var support = Support * filterScale;
        // An even number of weights per output: the horizontal pass takes two at a time. The ones not needed stay 0.
        Taps = (((int)Math.Ceiling(support) * 2) + 2) & ~1;
        Weights = new int[outputs * Taps];
        Span<double> weights = new double[Taps];
        var crop = CropStart(resized, outputs);
        for (var output = 0; output < outputs; output++)
        {
            var center = (crop + output + 0.5) * scale;
            var first = Math.Max((int)(center - support + 0.5), 0);
            var count = Math.Min((int)(center + support + 0.5), length) - first;
            var sum = 0.0;
            for (var tap = 0; tap < count; tap++)
            {
                weights[tap] = Bicubic((tap + first - center + 0.5) * (1 / filterScale));
                sum += weights[tap];
            }

            for (var tap = 0; tap < count; tap++)
            {
                var weight = sum == 0 ? weights[tap] : weights[tap] / sum;
                Weights[(output * Taps) + tap] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PrecisionBits)));
            }

            Starts[output] = first;
            Counts[output] = count;
        }
    }

    /// <summary>The first input of each output.</summary>
    public int[] Starts { get; }

    /// <summary>How many inputs each output takes.</summary>
    public int[] Counts { get; }

    /// <summary>The distance between two outputs' weights, even and at least any count.</summary>
    public int Taps { get; }

    /// <summary>The weights, <see cref="Taps"/> per output; beyond its count they are 0.</summary>
    public int[] Weights { get; }

    /// <summary>The first input that any output takes.</summary>
    public int Begin => Starts[0];

    /// <summary>One past the last input that any output takes.</summary>
    public int End => Starts[^1] + Counts[^1];

    /// <summary>The two axes of an image, as torchvision's <c>Resize(side)</c> and <c>CenterCrop(side)</c> choose them.</summary>
    public static (BicubicAxis Horizontal, BicubicAxis Vertical) Of(int width, int height, int side)
    {
        var shorter = Math.Min(width, height);
        return (new BicubicAxis(width, Resized(width), side), new BicubicAxis(height, Resized(height), side));

        int Resized(int length) => length == shorter ? side : (int)((double)side * length / shorter);
    }

    /// <summary>The two axes of an image that is resized to a square whatever its shape, nothing cut off.</summary>
    public static (BicubicAxis Horizontal, BicubicAxis Vertical) Whole(int width, int height, int side) =>
        (new BicubicAxis(width, side, side), new BicubicAxis(height, side, side));

    /// <summary>Where the middle of a resized side begins, rounded half to even as Python does.</summary>
    public static int CropStart(int resized, int outputs) => (int)Math.Round((resized - outputs) / 2.0, MidpointRounding.ToEven);

    // Keys' cubic convolution with a = -0.5.
    private static double Bicubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        if (x < 1) return ((((a + 2) * x) - (a + 3)) * x * x) + 1;
        return x < 2 ? ((((x - 5) * x) + 8) * x - 4) * a : 0;
    }
}
