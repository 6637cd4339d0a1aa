using Memorization.Clip;
using Memorization.Inference;

namespace Memorization.Tests.Clip;

/// <summary>Runs towers.</summary>
internal static class Towers
{
    /// <summary>So many pictures that differ.</summary>
    public static byte[][] Pictures(int count) => [.. Enumerable.Range(0, count).Select(seed => MadePicture.Rgb(seed))];

    /// <summary>Embeds images as one batch.</summary>
    public static float[][] Embed(OnnxSession session, byte[][] images, int dimension)
    {
        var side = session.Inputs[0].Dims[1].Length!.Value;
        using var input = OnnxTensor.Allocate<byte>(images.Length, side, side, 3);
        for (var i = 0; i < images.Length; i++) images[i].CopyTo(input.Elements<byte>()[(i * images[0].Length)..]);
        return Run(session, ImageTower.Input, input, ImageTower.Output, images.Length, dimension);
    }

    /// <summary>Embeds token ids, all of the same number, as one batch.</summary>
    public static float[][] Embed(OnnxSession session, int[][] ids, int dimension)
    {
        using var input = OnnxTensor.Allocate<int>(ids.Length, ids[0].Length);
        for (var i = 0; i < ids.Length; i++) ids[i].CopyTo(input.Elements<int>()[(i * ids[0].Length)..]);
        return Run(session, TextTower.Input, input, TextTower.Output, ids.Length, dimension);
    }

    /// <summary>The cosine similarity of two vectors.</summary>
    public static double Cosine(float[] a, float[] b)
    {
        double product = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++) (product, aa, bb) = (product + (double)a[i] * b[i], aa + (double)a[i] * a[i], bb + (double)b[i] * b[i]);
        return product / Math.Sqrt(aa * bb);
    }

    /// <summary>Runs a session with one input and one output.</summary>
    public static float[][] Run(OnnxSession session, string inputName, OnnxTensor input, string outputName, int count, int dimension)
    {
        using var output = OnnxTensor.Allocate<float>(count, dimension);
        session.Run([inputName], [input], [outputName], [output]);
        return [.. output.Elements<float>().ToArray().Chunk(dimension)];
    }
}
