using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Memorization.Clip;

/// <summary>The tensors of a Hugging Face folder: model.safetensors, or the shards that model.safetensors.index.json names.</summary>
/// <remarks>Thread-safe until disposed.</remarks>
internal sealed class ClipWeights : IDisposable
{
    public const string FileName = "model.safetensors";
    public const string IndexName = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> _tensors = new(StringComparer.Ordinal);

    /// <summary>Opens what the folder holds.</summary>
    /// <exception cref="FileNotFoundException">The folder has no weights, or a shard is missing.</exception>
    /// <exception cref="InvalidDataException">A file breaks the format's rules.</exception>
    public ClipWeights(string folder)
    {
        try
        {
            var single = Path.Combine(folder, FileName);
            var index = Path.Combine(folder, IndexName);
            if (File.Exists(single)) Add(single);
            else if (File.Exists(index)) AddShards(folder, index);
            else throw new FileNotFoundException($"{folder} has neither {FileName} nor {IndexName}", single);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>What a tensor is; null if there is none of that name.</summary>
    public SafetensorsEntry? Find(string name) => _tensors.TryGetValue(name, out var found) ? found.Entry : null;

    /// <summary>A tensor as float32, row-major, in memory of its own.</summary>
    /// <exception cref="InvalidDataException">It is missing, of another shape, not of floating point, or holds NaN or infinity.</exception>
    public float[] Read(string name, params ReadOnlySpan<long> shape)
    {
        var wanted = $"[{string.Join(", ", shape.ToArray())}]";
        if (!_tensors.TryGetValue(name, out var found))
            throw new InvalidDataException($"{_files[0].Path} has no tensor {name}; the configuration wants it with shape {wanted}");
        var (file, entry) = found;
        if (!entry.Shape.SequenceEqual(shape.ToArray()))
            throw new InvalidDataException($"{file.Path}: tensor {name} is {entry}; the configuration wants the shape {wanted}");
        var bytes = file.Bytes(entry);
        var values = entry.Type switch
        {
            "F32" => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            "F16" => Widen(MemoryMarshal.Cast<byte, Half>(bytes), half => (float)half),
            "BF16" => Widen(MemoryMarshal.Cast<byte, ushort>(bytes), bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)),
            _ => throw new InvalidDataException($"{file.Path}: tensor {name} is {entry}; weights must be F32, F16 or BF16"),
        };
        var wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        return wrong < 0 ? values : throw new InvalidDataException($"{file.Path}: tensor {name} holds {values[wrong]} at place {wrong}");
    }

    /// <summary>Adds a tensor's name, type, shape and bytes to a hash.</summary>
    public void Hash(IncrementalHash hash, string name)
    {
        if (!_tensors.TryGetValue(name, out var found)) return; // Reading it will say so.
        hash.AppendData(Encoding.UTF8.GetBytes($"{name} {found.Entry}\n"));
        hash.AppendData(found.File.Bytes(found.Entry));
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private SafetensorsFile Add(string path)
    {
        var file = new SafetensorsFile(path);
        _files.Add(file);
        foreach (var entry in file.Entries) _tensors[entry.Name] = (file, entry);
        return file;
    }

    private void AddShards(string folder, string index)
    {
        var map = JsonGroup.Read(index).Group("weight_map") is { } found
            ? found.Element.EnumerateObject().Select(pair => (Tensor: pair.Name, Shard: pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : "")).ToList()
            : throw new InvalidDataException($"{index} has no weight_map");
        foreach (var shard in map.GroupBy(pair => pair.Shard, StringComparer.Ordinal))
        {
            if (shard.Key.Length == 0 || shard.Key != Path.GetFileName(shard.Key) || shard.Key is "." or "..")
                throw new InvalidDataException($"{index}: \"{shard.Key}\" is not the name of a file beside it");
            var path = Path.Combine(folder, shard.Key);
            if (!File.Exists(path)) throw new FileNotFoundException($"{index} names {shard.Key}, which is not there", path);
            var names = Add(path).Entries.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
            if (shard.FirstOrDefault(pair => !names.Contains(pair.Tensor)).Tensor is { } missing)
                throw new InvalidDataException($"{path} has no tensor {missing}, although {IndexName} says so");
        }

        // A shard may hold more than the index says; only the index's word counts.
        var known = map.Select(pair => pair.Tensor).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _tensors.Keys.Except(known).ToList()) _tensors.Remove(name);
    }

    private static float[] Widen<T>(ReadOnlySpan<T> narrow, Func<T, float> widen)
    {
        var wide = new float[narrow.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = widen(narrow[i]);
        return wide;
    }
}
