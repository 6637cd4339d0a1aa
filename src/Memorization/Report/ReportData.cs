using System.Text.Json.Serialization;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Objects;
using Memorization.Replication.Scoring;
using Memorization.Store;

namespace Memorization.Report;

/// <summary>Everything a report says, read from a store: the same store and study give the same report.</summary>
internal sealed record ReportData
{
    /// <summary>The study as it was read; contact and name overrides are left out: they are of the place where it ran.</summary>
    public required Study Study { get; init; }

    /// <summary>Whether what leads to the images was taken out.</summary>
    public bool IsRedacted { get; init; }

    /// <summary>Where the numbers come from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>The numbers to begin with.</summary>
    public required IReadOnlyList<KeyFigure> Figures { get; init; }

    /// <summary>What became of every row.</summary>
    public required StoreFunnel Funnel { get; init; }

    /// <summary>What was computed of words and families.</summary>
    public required StudyAnalysis Analysis { get; init; }

    /// <summary>Table 1, all of it.</summary>
    [JsonIgnore]
    public IReadOnlyList<FamilySummary> Families => Analysis.Families;

    /// <summary>The largest families with their images.</summary>
    public required IReadOnlyList<Gallery> Galleries { get; init; }

    /// <summary>What is known of the study's objects at this snapshot.</summary>
    public required IReadOnlyList<ObjectResult> Objects { get; init; }

    /// <summary>What a model gave back of this snapshot's images; null if nobody asked one.</summary>
    public required Evaluation? Replication { get; init; }

    /// <summary>Every host that failed, those with most failures first.</summary>
    public required IReadOnlyList<HostOutcome> FailingHosts { get; init; }

    /// <summary>Hosts asked.</summary>
    public required long Hosts { get; init; }

    /// <summary>Distinct images of the study without a thumbnail.</summary>
    public required long ImagesWithoutThumbnail { get; init; }

    /// <summary>Reads a store.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="database">The store, opened at a snapshot.</param>
    /// <param name="study">The study.</param>
    /// <param name="filter">The fingerprint of the study's filter.</param>
    /// <param name="analysis">What was computed of that snapshot.</param>
    public static async Task<ReportData> ReadAsync(
        string store, StoreDatabase database, Study study, string filter, StudyAnalysis analysis)
    {
        database.KeepUnfinishedRows();
        return new ReportData
        {
            Study = study with { Schema = null, Fetch = study.Fetch with { Contact = "", Resolve = new Dictionary<string, string>() } },
            Provenance = await Provenance.ReadAsync(store, database, filter).ConfigureAwait(false),
            Figures = KeyFigure.Compute(database),
            Funnel = StoreFunnel.Compute(database),
            Analysis = analysis,
            Galleries = Gallery.Read(database, analysis.Families, study.Report),
            Objects = await ResultFile.ReadAsync(store, study.Objects, database.ThresholdAndSnapshot.Number).ConfigureAwait(false),
            Replication = await EvaluationFile.ReadAsync(store, database.ThresholdAndSnapshot.Number).ConfigureAwait(false),
            FailingHosts = HostOutcome.Failing(database, int.MaxValue),
            Hosts = HostOutcome.Count(database),
            ImagesWithoutThumbnail = database.Count(
                "SELECT count(DISTINCT content_id) FROM study WHERE content_id NOT IN (SELECT content_id FROM thumbnails)"),
        };
    }
}
