namespace Memorization.Store;

/// <summary>Something in a store that is not as it must be.</summary>
/// <param name="Kind">What kind of thing: log, file, rows, snapshot, blob, reference, embedding, family, unit.</param>
/// <param name="Where">The file, or the table and its version.</param>
/// <param name="Wrong">What is wrong.</param>
/// <param name="Fix">What to do.</param>
public sealed record StoreFinding(string Kind, string Where, string Wrong, string Fix);

/// <summary>What was looked at.</summary>
public sealed record VerifyCounts
{
    /// <summary>Tables with a log.</summary>
    public long Tables { get; init; }

    /// <summary>Versions of tables whose commits were read.</summary>
    public long Versions { get; init; }

    /// <summary>Data files, each once.</summary>
    public long Files { get; init; }

    /// <summary>Bytes of data files and of images, all hashed.</summary>
    public long Bytes { get; init; }

    /// <summary>Rows in the data files.</summary>
    public long Rows { get; init; }

    /// <summary>Images whose bytes were kept.</summary>
    public long Blobs { get; init; }

    /// <summary>Snapshots.</summary>
    public long Snapshots { get; init; }

    /// <summary>Files that a killed run left, or that a running one writes: the next run removes them.</summary>
    public long Leftovers { get; init; }

    /// <summary>States whose records were not compared, as their logs or files are damaged.</summary>
    public long StatesNotCompared { get; init; }
}

/// <summary>What `store verify` found.</summary>
/// <param name="Checked">What was looked at.</param>
/// <param name="Findings">What is wrong; empty for a sound store.</param>
public sealed record VerifiedStore(VerifyCounts Checked, IReadOnlyList<StoreFinding> Findings);
