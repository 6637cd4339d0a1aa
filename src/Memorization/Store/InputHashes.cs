using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memorization.Store;

/// <summary>What the input's files hash to, kept in the store, so that a night does not read all of an input again to find that it is the same.</summary>
/// <remarks>
/// A file counts as unchanged if its length, its time of modification and its last megabyte are, which has the footer: where each row group lies, how long it is, and
/// its least and greatest values. It stays known by its content; whoever deletes the file <c>inputs.json</c> has everything read once more. Not thread-safe.
/// </remarks>
public sealed class InputHashes
{
    private const string Name = "inputs.json";
    private const int TailBytes = 1 << 20;

    // Some file systems count time in steps of two seconds: a file may have been written again in the same step.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, InputFile> _files;
    private bool _isChanged;

    private InputHashes(string path, Dictionary<string, InputFile> files, TimeProvider time) => (_path, _files, _time) = (path, files, time);

    /// <summary>Reads what an earlier run has kept; nothing, if that cannot be read.</summary>
    /// <param name="store">The store's folder; it need not be there.</param>
    /// <param name="input">The input's files. Others are forgotten.</param>
    /// <param name="time">The clock.</param>
    public static async Task<InputHashes> ReadAsync(string store, IReadOnlyCollection<string> input, TimeProvider time)
    {
        var path = Path.Combine(store, Name);
        var files = File.Exists(path) ? await ReadAsync(path).ConfigureAwait(false) : [];
        foreach (var other in files.Keys.Except(input).ToList()) files.Remove(other);
        return new InputHashes(path, files, time);
    }

    /// <summary>A file's hash.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads the whole file to compute it.</param>
    public UInt128 Of(string path, Func<UInt128> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var now = InputFile.Look(path);
        if (_files.GetValueOrDefault(path) is { Hash: { } hash } file && file with { Content = "" } == now) return hash;
        var content = read();
        _isChanged |= _files.Remove(path);
        if (_time.GetUtcNow().UtcDateTime - now.ModifiedAt <= Step || InputFile.Look(path) != now) return content;
        _files.Add(path, now with { Content = Hex(content) });
        _isChanged = true;
        return content;
    }

    /// <summary>Keeps what is known for the next run.</summary>
    /// <exception cref="Configuration.SetupException">The file cannot be written.</exception>
    public Task WriteAsync() => _isChanged ? Durable.WriteJsonAsync(_path, _files.Values.OrderBy(file => file.Path, StringComparer.Ordinal)) : Task.CompletedTask;

    private static async Task<Dictionary<string, InputFile>> ReadAsync(string path)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            var files = await JsonSerializer.DeserializeAsync<List<InputFile?>>(stream, StoreJson.Options).ConfigureAwait(false);
            return (files ?? []).OfType<InputFile>().Where(file => file.Path is not null && file.Hash is not null).DistinctBy(file => file.Path).ToDictionary(file => file.Path);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Hex(UInt128 hash) => hash.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>A file of the input.</summary>
    /// <param name="Path">Where it is.</param>
    /// <param name="Bytes">Its length.</param>
    /// <param name="ModifiedAt">When it was written last, UTC.</param>
    /// <param name="Tail">XXH128 of its last megabyte, 32 hexadecimal digits.</param>
    /// <param name="Content">What its units are named by; empty while it is not known.</param>
    private sealed record InputFile(string Path, long Bytes, DateTime ModifiedAt, string Tail, string Content)
    {
        [JsonIgnore]
        public UInt128? Hash => UInt128.TryParse(Content, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hash) ? hash : null;

        public static InputFile Look(string path)
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            var tail = new byte[Math.Min(length, TailBytes)];
            var read = RandomAccess.Read(file, tail, length - tail.Length);
            return new InputFile(path, length, File.GetLastWriteTimeUtc(file), Hex(XxHash128.HashToUInt128(tail.AsSpan(0, read))), "");
        }
    }
}
