namespace Memorization.Store;

/// <summary>A table as its log describes it at one version: the sum of all actions so far.</summary>
internal sealed class DeltaState
{
    /// <summary>The protocol's default: how long after its removal a file is still mentioned in checkpoints.</summary>
    private static readonly TimeSpan TombstoneRetention = TimeSpan.FromDays(7);

    private readonly SortedDictionary<string, DeltaAdd> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DeltaRemove> _removed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DeltaTransaction> _transactions = new(StringComparer.Ordinal);

    /// <summary>The newest version that is part of it; −1 before the first.</summary>
    public long Version { get; set; } = -1;

    public DeltaProtocol? Protocol { get; private set; }

    public DeltaMetaData? MetaData { get; private set; }

    /// <summary>The files the table consists of, by path.</summary>
    public IReadOnlyCollection<DeltaAdd> Files => _files.Values;

    /// <summary>The version an application has come to; −1 if it was never here.</summary>
    public long TransactionOf(string application) => _transactions.TryGetValue(application, out var found) ? found.Version : -1;

    public bool Has(string path) => _files.ContainsKey(path);

    /// <summary>Takes an action of the next version.</summary>
    public void Apply(DeltaAction action)
    {
        if (action.Protocol is { } protocol) Protocol = protocol;
        if (action.MetaData is { } metaData) MetaData = metaData;
        if (action.Transaction is { } transaction) _transactions[transaction.AppId] = transaction;
        if (action.Add is { } add)
        {
            _files[add.Path] = add;
            _removed.Remove(add.Path);
        }

        if (action.Remove is { } remove)
        {
            _files.Remove(remove.Path);
            _removed[remove.Path] = remove;
        }
    }

    /// <summary>The actions that rebuild the state: what a checkpoint holds.</summary>
    /// <param name="now">Removals that are older than the protocol's retention are left out.</param>
    public IEnumerable<DeltaAction> Actions(DateTimeOffset now)
    {
        var oldest = (now - TombstoneRetention).ToUnixTimeMilliseconds();
        yield return new DeltaAction { Protocol = Protocol };
        yield return new DeltaAction { MetaData = MetaData };
        foreach (var transaction in _transactions.Values) yield return new DeltaAction { Transaction = transaction };
        foreach (var remove in _removed.Values.Where(remove => remove.DeletionTimestamp >= oldest)) yield return new DeltaAction { Remove = Unchanging(remove) };
        foreach (var add in _files.Values) yield return new DeltaAction { Add = Unchanging(add) };
    }

    // In a checkpoint no action changes anything.
    private static DeltaAdd Unchanging(DeltaAdd add) => new()
    {
        Path = add.Path,
        PartitionValues = add.PartitionValues,
        Size = add.Size,
        ModificationTime = add.ModificationTime,
        Stats = add.Stats,
        Tags = add.Tags,
    };

    private static DeltaRemove Unchanging(DeltaRemove remove) => new()
    {
        Path = remove.Path,
        DeletionTimestamp = remove.DeletionTimestamp,
        ExtendedFileMetadata = remove.ExtendedFileMetadata,
        PartitionValues = remove.PartitionValues,
        Size = remove.Size,
    };
}
