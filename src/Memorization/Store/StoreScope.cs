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

    internal string Verdicts => $"{Tables.Verdicts}/filter={Filter}";

    internal string Embeddings => $"{Tables.Embeddings}/model={Model}";

    internal string Families => $"{Tables.Families}/model={Model}";

    internal string FamilyNames => $"{Tables.FamilyNames}/model={Model}";

    internal string FamilyLog => $"{Tables.FamilyLog}/model={Model}";

    internal string Forest => $"{Tables.Forest}/model={Model}";

    /// <summary>Everything committed so far as one state, whatever the newest snapshot says.</summary>
    internal StoreDatabase Open(CommitLog log) => StoreDatabase.Open(Store, log.Commits, [], Filter, Model);

    /// <summary>Writes the run's numbers; the file is whole or not there.</summary>
    public Task WriteStatsAsync(byte[] json) =>
        Durable.WriteAsync(Path.Combine(RunFolder, "stats.json"), stream => stream.WriteAsync(json).AsTask());
}
