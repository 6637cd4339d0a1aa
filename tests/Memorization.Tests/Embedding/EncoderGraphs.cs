using Memorization.Embedding;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Tests.Embedding;

/// <summary>Small encoders whose answer is known: the mean of each channel.</summary>
internal static class EncoderGraphs
{
    public static readonly OnnxDim[] Nchw = ["batch", 3, 224, 224];
    public static readonly OnnxDim[] Nhwc = ["batch", 224, 224, 3];

    /// <summary>A graph with one input and the outputs that <paramref name="build"/> declares.</summary>
    public static byte[] Build(ElementType type, OnnxDim[] dims, Action<OnnxGraph, OnnxValue> build)
    {
        var graph = new OnnxGraph("encoder");
        build(graph, graph.Input("pixel_values", type, dims));
        return graph.ToBytes();
    }

    /// <summary>uint8 in, mean of red, green and blue out, as float32 (N, 3).</summary>
    public static byte[] ByteMeans(params OnnxDim[] dims) => Build(ElementType.Uint8, dims, (graph, pixels) =>
        graph.Output("embedding", graph.Reshape(graph.ReduceMean(graph.Cast(pixels, ElementType.Float), 1, 2), 0, 3), "batch", 3));

    /// <summary>float32 in, mean of red, green and blue out, as float32 (N, 3, 1, 1).</summary>
    public static byte[] FloatMeans(params OnnxDim[] dims) => Build(ElementType.Float, dims, (graph, pixels) =>
        graph.Output("embedding", graph.ReduceMean(pixels, 2, 3), "batch", 3, 1, 1));

    /// <summary>Writes a model where a test may, opens it and removes it.</summary>
    public static ImageEncoder Open(byte[] model, ModelOptions? options = null, string name = "encoder.onnx")
    {
        var folder = Directory.CreateTempSubdirectory("memorization-");
        try
        {
            var path = Path.Combine(folder.FullName, name);
            File.WriteAllBytes(path, model);
            return ImageEncoder.Open((options ?? new ModelOptions()) with { Path = path });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
