using System.Text.Json;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Report;

/// <summary>Where a report's numbers come from: the snapshot, the run that made it, the study file.</summary>
internal sealed record Provenance
{
    /// <summary>The snapshot's number.</summary>
    public required long Snapshot { get; init; }

    /// <summary>When the snapshot was made; the report's only date.</summary>
    public required DateTimeOffset SnapshotAt { get; init; }

    /// <summary>The run that made the snapshot.</summary>
    public required string Run { get; init; }

    /// <summary>Fingerprint of everything that decides from the row alone, as the snapshot has it.</summary>
    public required string Filter { get; init; }

    /// <summary>The model's id: one embedding space.</summary>
    public required string ModelId { get; init; }

    /// <summary>Cosine similarity at or above which two images are linked.</summary>
    public required double Threshold { get; init; }

    /// <summary>Whether the study file has changed since, so that its keywords or filters are not those of the snapshot.</summary>
    public required bool StudyChanged { get; init; }

    /// <summary>What the run was made with; empty if it was cut off before it wrote its numbers.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The run's settings; empty if it was cut off before it wrote its numbers.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Inputs that the run could not read.</summary>
    public required IReadOnlyList<string> BrokenInputs { get; init; }

    /// <summary>Reads what a store says of its snapshot.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="database">The store, opened at a snapshot.</param>
    /// <param name="filter">The fingerprint of the filter in the study file as it is now.</param>
    public static async Task<Provenance> ReadAsync(string store, StoreDatabase database, string filter)
    {
        var snapshot = database.Snapshot ?? throw new ArgumentException("the store was not opened at a snapshot", nameof(database));
        var run = await RunAsync(store, snapshot).ConfigureAwait(false);
        return new Provenance
        {
            Snapshot = snapshot.Number,
            SnapshotAt = snapshot.CreatedAt.ToUniversalTime(),
            Run = snapshot.Run,
            Filter = snapshot.Filter,
            ModelId = snapshot.Model,
            Threshold = snapshot.Threshold,
            StudyChanged = filter != snapshot.Filter,
            Versions = new SortedDictionary<string, string>(run.Versions, StringComparer.Ordinal),
            Settings = new SortedDictionary<string, string>(run.Settings, StringComparer.Ordinal),
            BrokenInputs = run.BrokenInputs,
        };
    }

    private static async Task<RunNumbers> RunAsync(string store, Snapshot snapshot)
    {
        var path = Path.Combine(store, "runs", snapshot.Run, "stats.json");
        if (!File.Exists(path)) return new RunNumbers();
        try
        {
            await using var stream = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync<RunNumbers>(stream, StoreJson.Options).ConfigureAwait(false) ?? new RunNumbers();
        }
        catch (JsonException exception)
        {
            throw new SetupException($"{path} does not parse: {exception.Message.ReplaceLineEndings(" ")}; remove it to report without it", exception);
        }
    }

    /// <summary>The part of a run's numbers that no table holds.</summary>
    private sealed record RunNumbers
    {
        public Dictionary<string, string> Versions { get; init; } = [];

        public Dictionary<string, string> Settings { get; init; } = [];

        public IReadOnlyList<string> BrokenInputs { get; init; } = [];
    }
}
