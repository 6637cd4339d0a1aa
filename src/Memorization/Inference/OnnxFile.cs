using System.Security.Cryptography;
using Google.Protobuf;
using Memorization.Inference.Onnx;
using Location = Memorization.Inference.Onnx.TensorProto.Types.DataLocation;

namespace Memorization.Inference;

/// <summary>What is read from a model file without running it.</summary>
internal sealed class OnnxFile
{
    private static readonly HashSet<string> ScaledByBatch = ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"];

    private readonly SortedSet<string> _external = new(StringComparer.Ordinal);

    /// <param name="path">A file that ONNX Runtime has loaded.</param>
    /// <exception cref="InvalidDataException">The file is not a protobuf of the ONNX format.</exception>
    public OnnxFile(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            Visit(ModelProto.Parser.ParseFrom(file).Graph);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{path} is not an ONNX file: {e.Message}", e);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        ContentHashes = [.. _external.Select(location => Path.Combine(folder, location)).Prepend(path).Select(Sha256)];
    }

    /// <summary>SHA-256 of the file, then of each file with its external data, in the order of their names; 64 hexadecimal digits each.</summary>
    public IReadOnlyList<string> ContentHashes { get; }

    /// <summary>True if the model scales whole batches by their largest activation, as dynamically quantised ones do: an image's result then depends on the others.</summary>
    public bool MixesBatch { get; private set; }

    private static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private void Visit(GraphProto graph)
    {
        foreach (var tensor in graph.Initializer) Visit(tensor);
        foreach (var node in graph.Node)
        {
            MixesBatch |= ScaledByBatch.Contains(node.OpType);
            foreach (var attribute in node.Attribute)
            {
                if (attribute.T is { } tensor) Visit(tensor);
                if (attribute.G is { } inner) Visit(inner);
            }
        }
    }

    private void Visit(TensorProto tensor)
    {
        if (tensor.DataLocation == Location.External)
            _external.UnionWith(tensor.ExternalData.Where(entry => entry.Key == "location").Select(entry => entry.Value));
    }
}
