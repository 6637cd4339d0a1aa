using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Inference;
using Memorization.Store;

namespace Memorization.Clip;

/// <summary>A tower as an ONNX model on the disk, built once and found again.</summary>
/// <param name="Path">The .onnx file; its weights lie beside it.</param>
/// <param name="ModelId">SHA-256, 64 hexadecimal digits, over the tower's weights and configuration, the preprocessing, the precision and the builder's version.</param>
public sealed record TowerFile(string Path, string ModelId)
{
    // Part of every id: raise it when a builder changes what a tower gives.
    private const int BuilderVersion = 2;

    /// <summary>Finds the tower in the cache, or builds it there: under another name first, so that a file with its own name is whole.</summary>
    /// <param name="kind">"image" or "text".</param>
    /// <param name="cache">The folder; made if need be.</param>
    /// <param name="identity">Everything but the weights that decides what the tower gives.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="owns">Which of the weights are the tower's.</param>
    /// <param name="build">Builds the graph.</param>
    /// <exception cref="SetupException">The cache cannot be written.</exception>
    internal static TowerFile FindOrBuild(
        string kind, string cache, string identity, ClipWeights weights, Func<string, bool> owns, Action<OnnxGraph> build)
    {
        var id = Id(identity, weights, owns);
        var path = System.IO.Path.Combine(cache, $"{kind}-{id[..16]}.onnx");
        if (File.Exists(path)) return new TowerFile(path, id);
        try
        {
            var data = System.IO.Path.ChangeExtension(path, ".weights");
            OnnxGraph? graph = null;
            Durable.Write(data, stream =>
            {
                graph = new OnnxGraph($"clip-{kind}", new OnnxData(stream, System.IO.Path.GetFileName(data)));
                build(graph);
            });
            Durable.Write(path, stream => stream.Write(graph!.ToBytes()));
            return new TowerFile(path, id);
        }
        catch (SetupException e)
        {
            throw new SetupException($"{e.Message}, or name another as model.cache", e);
        }
    }

    // Over tensors, not files: the same weights have the same id however they are cut into shards, and whatever else lies in them.
    private static string Id(string identity, ClipWeights weights, Func<string, bool> owns)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"builder {BuilderVersion}\n{identity}\n")));
        foreach (var name in weights.Names.Where(owns).Order(StringComparer.Ordinal)) weights.Hash(hash, name);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
