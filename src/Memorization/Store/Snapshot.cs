using System.Globalization;
using System.Text.Json;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>Table versions that belong together: what a reader sees. The file CURRENT names the newest one and moves last.</summary>
/// <param name="Number">Counts up from 0.</param>
/// <param name="Commits">Commits of the log that are part of it.</param>
/// <param name="Filter">The filter whose verdicts count.</param>
/// <param name="Model">The model whose embeddings and families count.</param>
/// <param name="Threshold">Cosine at or above which two images are linked.</param>
/// <param name="StoreThreshold">Cosine down to which the forest is exact.</param>
/// <param name="Families">The families, and nothing while there are none.</param>
/// <param name="Forest">The spanning forest's edges, and nothing while there are none.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Run">The run that made it; null in stores of the first version.</param>
/// <param name="Names">The families' names; null in stores of the first versions.</param>
/// <param name="Log">What became of names, in this snapshot and all before it under the same model.</param>
/// <param name="NextName">The first name that was never used.</param>
internal sealed record Snapshot(
    long Number,
    long Commits,
    string Filter,
    string Model,
    double Threshold,
    double StoreThreshold,
    IReadOnlyList<AddedFile> Families,
    IReadOnlyList<AddedFile> Forest,
    DateTimeOffset CreatedAt,
    string? Run = null,
    IReadOnlyList<AddedFile>? Names = null,
    IReadOnlyList<AddedFile>? Log = null,
    long NextName = 0)
{
    /// <summary>The files of all tables that are the snapshot's own.</summary>
    public IEnumerable<AddedFile> Files => [.. Families, .. Forest, .. Names ?? [], .. Log ?? []];

    /// <summary>The newest snapshot; null before the first.</summary>
    /// <exception cref="SetupException">CURRENT names a snapshot that is not there.</exception>
    public static async Task<Snapshot?> ReadCurrentAsync(string store)
    {
        var current = Path.Combine(store, "CURRENT");
        if (!File.Exists(current)) return null;
        var number = (await File.ReadAllTextAsync(current).ConfigureAwait(false)).Trim();
        var path = Path.Combine(store, "snapshots", number + ".json");
        try
        {
            await using var stream = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync<Snapshot>(stream, StoreJson.Options).ConfigureAwait(false)
                ?? throw new JsonException("the file is empty");
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new SetupException($"{current} names snapshot {number}, which cannot be read ({exception.Message}); write the number of a snapshot that is in {Path.GetDirectoryName(path)} into it", exception);
        }
    }

    /// <summary>Makes this the snapshot that readers see.</summary>
    public async Task PublishAsync(string store)
    {
        var number = Number.ToString(CultureInfo.InvariantCulture);
        await Durable.WriteJsonAsync(Path.Combine(store, "snapshots", number + ".json"), this).ConfigureAwait(false);
        await Durable.WriteAsync(Path.Combine(store, "CURRENT"), async stream =>
        {
            await using var writer = new StreamWriter(stream, leaveOpen: true);
            await writer.WriteAsync(number).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }
}
