using System.Text.Json;
using Memorization.Captions;
using Memorization.Configuration;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>What a filter asks of a row in the scan, as the store keeps it below <c>filters</c>: which rows of a unit an earlier run has selected.</summary>
/// <param name="Version">Of the scan's code.</param>
/// <param name="Keywords">The study's word sets.</param>
/// <param name="Metadata">The study's limits on the metadata.</param>
public sealed record ScanRules(int Version, IReadOnlyList<string> Keywords, MetadataOptions Metadata)
{
    private const string Folder = "filters";

    private static readonly Reason[] OfMetadata = [Reason.SimilarityExcluded, Reason.SizeExcluded, Reason.NsfwExcluded, Reason.LicenseExcluded];

    /// <summary>Reads what the store keeps of its filters, by their fingerprints.</summary>
    /// <exception cref="SetupException">A file does not parse.</exception>
    internal static async Task<IReadOnlyDictionary<string, ScanRules>> ReadAllAsync(string store)
    {
        Dictionary<string, ScanRules> all = [];
        var folder = Path.Combine(store, Folder);
        if (!Directory.Exists(folder)) return all;
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            try
            {
                await using var stream = File.OpenRead(path);
                all.Add(
                    Path.GetFileNameWithoutExtension(path),
                    await JsonSerializer.DeserializeAsync<ScanRules>(stream, StoreJson.Options).ConfigureAwait(false) ?? throw new JsonException("the file is empty"));
            }
            catch (JsonException exception)
            {
                throw new SetupException($"{path} does not parse: {exception.Message.ReplaceLineEndings(" ")}; delete it, and what that filter selected is scanned again", exception);
            }
        }

        return all;
    }

    /// <summary>Writes it, so that later runs under other filters know what this one selected.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="filter">The filter's fingerprint.</param>
    public Task WriteAsync(string store, string filter) =>
        File.Exists(PathOf(store, filter)) ? Task.CompletedTask : Durable.WriteJsonAsync(PathOf(store, filter), this);

    /// <summary>How these rules stand to earlier ones.</summary>
    internal Coverage CoveredBy(ScanRules earlier)
    {
        if (earlier.Version != Version) return Coverage.None;
        if (Fingerprint.Of(this) == Fingerprint.Of(earlier)) return Coverage.Same;
        return new KeywordMatcher(earlier.Keywords).Covers(new KeywordMatcher(Keywords)) && earlier.Metadata.Covers(Metadata) ? Coverage.Narrower : Coverage.None;
    }

    /// <summary>Whether it is known of every row that wider rules did not select how it ends under these.</summary>
    /// <remarks>
    /// Such a row is not in the store. Under narrower rules it is not selected either, but its reason may be another: where a unit has
    /// rows that the metadata excluded, it is not known which of them have the new keywords. Such a unit is scanned.
    /// </remarks>
    /// <param name="unit">What came of the unit under the wider rules.</param>
    internal bool IsSureOf(FinishedUnit unit) =>
        // Without keywords the metadata is asked before the caption.
        !Array.Exists(Keywords.Count > 0 ? OfMetadata : [.. OfMetadata, Reason.MissingCaption], unit.Reasons.ContainsKey);

    private static string PathOf(string store, string filter) => Path.Combine(store, Folder, filter + ".json");
}

/// <summary>How the scan's rules stand to those of an earlier filter.</summary>
internal enum Coverage
{
    /// <summary>They may select a row that the earlier ones did not.</summary>
    None,

    /// <summary>They select only rows that the earlier ones did.</summary>
    Narrower,

    /// <summary>They are the same.</summary>
    Same,
}
