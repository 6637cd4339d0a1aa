using Memorization.Inference;

namespace Memorization.Clip;

/// <summary>Linear maps in 8-bit integers in which no row depends on another: each token is scaled by its own largest magnitude.</summary>
/// <remarks>
/// Operators that quantise by themselves scale the whole batch by its largest number, so an image's embedding would depend on its neighbours.
/// Weights have a scale for each output and 7 bits: processors without VNNI add pairs of products in 16 bits, and 2·255·64 is the most that fits.
/// docs/decisions/0005-int8-clip.md has the measurements.
/// </remarks>
internal sealed class Int8Maps(OnnxGraph graph)
{
    private const int LargestWeight = 64;
    private const int LargestValue = 127;
    private const byte Zero = 128;

    private readonly OnnxValue _zero = graph.Constant<byte>([Zero]);
    private readonly OnnxValue _one = graph.Constant<float>([1f]);
    private readonly OnnxValue _step = graph.Constant<float>([1f / LargestValue]);
    private readonly OnnxValue _tiny = graph.Constant<float>([1e-20f]); // keeps a row of zeros from being divided by zero

    /// <summary>Tokens in 8 bits, for any number of maps.</summary>
    public (OnnxValue Values, OnnxValue Scale) Quantize(OnnxValue tokens)
    {
        var largest = graph.Add(graph.ReduceMax(graph.Abs(tokens), -1), _tiny);
        return (graph.QuantizeLinear(graph.Div(tokens, largest), _step, _zero), largest);
    }

    /// <summary>The product with (outputs, inputs) weights, as float32.</summary>
    public OnnxValue Multiply((OnnxValue Values, OnnxValue Scale) tokens, float[] weights, int outputs)
    {
        var (quantized, scales) = Quantize(weights, outputs);
        return graph.Mul(graph.QGemm(tokens.Values, _step, _zero, quantized, graph.Constant<float>(scales, outputs), new int[outputs]), tokens.Scale);
    }

    /// <summary>The product of bytes as they are with (outputs, inputs) weights, plus a bias, as float32.</summary>
    public OnnxValue MultiplyPixels(OnnxValue pixels, float[] weights, float[] bias)
    {
        var (quantized, scales) = Quantize(weights, bias.Length);
        var inputs = weights.Length / bias.Length;
        // Taken as they are, bytes are all positive and large; around 128 the weights' rounding errors weigh less.
        var steps = new int[bias.Length];
        for (var output = 0; output < steps.Length; output++)
        {
            var sum = 0.0;
            foreach (var weight in weights.AsSpan(output * inputs, inputs)) sum += weight;
            steps[output] = (int)Math.Round((bias[output] + Zero * sum) / scales[output]);
        }

        return graph.QGemm(pixels, _one, _zero, quantized, graph.Constant<float>(scales, bias.Length), steps);
    }

    private (OnnxValue Quantized, float[] Scales) Quantize(float[] weights, int outputs)
    {
        var inputs = weights.Length / outputs;
        var quantized = new sbyte[weights.Length];
        var scales = new float[outputs];
        for (var output = 0; output < outputs; output++)
        {
            var row = weights.AsSpan(output * inputs, inputs);
            var largest = 1e-20f;
            foreach (var weight in row) largest = Math.Max(largest, Math.Abs(weight));
            scales[output] = largest / LargestWeight;
            for (var input = 0; input < inputs; input++) quantized[input * outputs + output] = (sbyte)MathF.Round(row[input] / scales[output]);
        }

        return (graph.Constant<sbyte>(quantized, inputs, outputs), scales);
    }
}
