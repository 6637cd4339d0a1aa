namespace Memorization.Store;

/// <summary>What a run works on: where, as whom, and under which filter and model.</summary>
/// <param name="Store">The store's folder.</param>
/// <param name="Run">The run's id, unique in this store.</param>
/// <param name="Filter">Fingerprint of everything that decides from the row alone.</param>
/// <param name="Model">The model's id.</param>
public sealed record StoreScope(string Store, string Run, string Filter, string Model)
{
    /// <summary>The run's own folder, for its log and its numbers.</summary>
    public string RunFolder => Path.Combine(Store, "runs", Run);

    /// <summary>Everything at certain versions as one state.</summary>
    internal StoreDatabase Open(StoreTables tables) => StoreDatabase.Open(tables, Filter, Model);

    /// <summary>Writes the run's numbers; the file is whole or not there.</summary>
    public Task WriteStatsAsync(byte[] json) =>
        Durable.WriteAsync(Path.Combine(RunFolder, "stats.json"), stream => stream.WriteAsync(json).AsTask());
}
