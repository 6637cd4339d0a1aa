namespace Memorization.Tests.Images;

/// <summary>
/// The definition, computed plainly: the whole image in doubles, each pass a sum over every input, rounded and clipped between the passes
/// (as 8-bit images are), then cut. Written from Keys' formula, not from the fixed-point code.
/// </summary>
internal static class ReferenceResampler
{
    public static double[] Resample(int width, int height, byte[] rgba, int side)
    {
        var shorter = Math.Min(width, height);
        var (newWidth, newHeight) = ((int)((double)side * width / shorter), (int)((double)side * height / shorter));
        var (left, top) = (Cut(newWidth, side), Cut(newHeight, side));
        var columns = Enumerable.Range(left, side).Select(x => Weights(x, width, newWidth)).ToArray();
        var rows = Enumerable.Range(top, side).Select(y => Weights(y, height, newHeight)).ToArray();

        var narrow = new double[height * side * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < side; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    var sum = columns[x].Sum(tap => tap.Weight * rgba[(((y * width) + tap.Input) * 4) + c]);
                    narrow[(((y * side) + x) * 3) + c] = Level(sum);
                }
            }
        }

        var pixels = new double[side * side * 3];
        for (var y = 0; y < side; y++)
        {
            for (var i = 0; i < side * 3; i++)
            {
                pixels[(y * side * 3) + i] = Level(rows[y].Sum(tap => tap.Weight * narrow[(tap.Input * side * 3) + i]));
            }
        }

        return pixels;
    }

    private static double Level(double sum) => Math.Clamp(Math.Floor(sum + 0.5), 0, 255);

    private static int Cut(int length, int side) => (int)Math.Round((length - side) / 2m, MidpointRounding.ToEven);

    // Antialiasing: when the image shrinks, the kernel is stretched to cover the inputs that an output stands for.
    private static (int Input, double Weight)[] Weights(int output, int length, int newLength)
    {
        var step = (double)length / newLength;
        var stretch = Math.Max(step, 1);
        var middle = (output + 0.5) * step;
        var taps = Enumerable.Range(0, length)
            .Select(input => (Input: input, Weight: Keys((input + 0.5 - middle) / stretch)))
            .Where(tap => tap.Weight != 0)
            .ToArray();
        var sum = taps.Sum(tap => tap.Weight);
        return [.. taps.Select(tap => (tap.Input, tap.Weight / sum))];
    }

    private static double Keys(double distance)
    {
        var d = Math.Abs(distance);
        return d switch
        {
            < 1 => (1.5 * d * d * d) - (2.5 * d * d) + 1,
            < 2 => (-0.5 * d * d * d) + (2.5 * d * d) - (4 * d) + 2,
            _ => 0,
        };
    }
}
