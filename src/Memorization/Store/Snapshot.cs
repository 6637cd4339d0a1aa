using System.Globalization;
using System.Text.Json;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>Table versions that belong together: what a reader sees. The file CURRENT names the newest one and moves last.</summary>
/// <param name="Number">Counts up from 0.</param>
/// <param name="Tables">The version of each table that has one.</param>
/// <param name="Filter">The filter whose verdicts count.</param>
/// <param name="Model">The model whose embeddings and families count.</param>
/// <param name="Threshold">Cosine at or above which two images are linked.</param>
/// <param name="StoreThreshold">Cosine down to which the forest is exact.</param>
/// <param name="NextName">The first family name that was never used.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Run">The run that made it.</param>
internal sealed record Snapshot(
    long Number,
    IReadOnlyDictionary<string, long> Tables,
    string Filter,
    string Model,
    double Threshold,
    double StoreThreshold,
    long NextName,
    DateTimeOffset CreatedAt,
    string Run)
{
    internal const string Folder = "snapshots";
    internal const string Current = "CURRENT";

    /// <summary>The newest snapshot; null before the first.</summary>
    /// <exception cref="SetupException">CURRENT names a snapshot that is not there, or the store is of an earlier format.</exception>
    public static async Task<Snapshot?> ReadCurrentAsync(string store)
    {
        StoreUpgrade.ThrowIfNeeded(store);
        var current = Path.Combine(store, Current);
        if (!File.Exists(current)) return null;
        var number = (await File.ReadAllTextAsync(current).ConfigureAwait(false)).Trim();
        try
        {
            return await ReadAsync(PathOf(store, number)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new SetupException($"{current} names snapshot {number}, which cannot be read ({exception.Message}); write the number of a snapshot that is in {Path.Combine(store, Folder)} into it", exception);
        }
    }

    /// <summary>Every snapshot that is there, oldest first.</summary>
    /// <exception cref="SetupException">One does not parse.</exception>
    public static async Task<IReadOnlyList<Snapshot>> ReadAllAsync(string store)
    {
        var folder = Path.Combine(store, Folder);
        List<Snapshot> all = [];
        if (!Directory.Exists(folder)) return all;
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            try
            {
                all.Add(await ReadAsync(path).ConfigureAwait(false));
            }
            catch (JsonException exception)
            {
                throw new SetupException($"the snapshot {path} does not parse: {exception.Message.ReplaceLineEndings(" ")}; delete it unless CURRENT names it", exception);
            }
        }

        return [.. all.OrderBy(snapshot => snapshot.Number)];
    }

    /// <summary>Where it lies.</summary>
    public string PathIn(string store) => PathOf(store, Number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes this the snapshot that readers see.</summary>
    public async Task PublishAsync(string store)
    {
        await Durable.WriteJsonAsync(PathIn(store), this).ConfigureAwait(false);
        await Durable.WriteAsync(Path.Combine(store, Current), async stream =>
        {
            await using var writer = new StreamWriter(stream, leaveOpen: true);
            await writer.WriteAsync(Number.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static string PathOf(string store, string number) => Path.Combine(store, Folder, number + ".json");

    internal static async Task<Snapshot> ReadAsync(string path)
    {
        await using var stream = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<Snapshot>(stream, StoreJson.Options).ConfigureAwait(false) ?? throw new JsonException("the file is empty");
    }
}
