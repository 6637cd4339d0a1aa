using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Inference;

namespace Memorization.Clip;

/// <summary>A tower as an ONNX model on the disk, built once and found again.</summary>
/// <param name="Path">The .onnx file; its weights lie beside it.</param>
/// <param name="ModelId">SHA-256, 64 hexadecimal digits, over the tower's weights and configuration, the preprocessing, the precision and the builder's version.</param>
public sealed record TowerFile(string Path, string ModelId)
{
    // Part of every id: raise it when a builder changes what a tower gives.
    private const int BuilderVersion = 1;

    private static int _writers;

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
            Directory.CreateDirectory(cache);
            var data = System.IO.Path.ChangeExtension(path, ".weights");
            OnnxGraph? graph = null;
            WriteWhole(data, stream =>
            {
                graph = new OnnxGraph($"clip-{kind}", new OnnxData(stream, System.IO.Path.GetFileName(data)));
                build(graph);
            });
            WriteWhole(path, stream => stream.Write(graph!.ToBytes()));
            return new TowerFile(path, id);
        }
        catch (Exception e) when ((e is IOException and not FileNotFoundException) || e is UnauthorizedAccessException)
        {
            throw new SetupException($"cannot write the built model to {cache}: {e.Message.ReplaceLineEndings(" ")}; free or open the folder, or name another as model.cache", e);
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

    private static void WriteWhole(string path, Action<Stream> write)
    {
        // Two that build the same at once write the same bytes; the second's name replaces the first's.
        var unfinished = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref _writers)}.tmp");
        try
        {
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }
}
