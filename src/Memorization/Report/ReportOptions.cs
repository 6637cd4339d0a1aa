using System.ComponentModel.DataAnnotations;

namespace Memorization.Report;

/// <summary>How much the report shows. The numbers in its CSV and JSON files are complete whatever these say.</summary>
/// <remarks>A thumbnail takes about 4 KB of the page: the defaults' 40 × 24 are 4 MB.</remarks>
public sealed record ReportOptions
{
    /// <summary>Families listed in Table 1, the largest first.</summary>
    [Range(1, 10_000)]
    public int TableFamilies { get; init; } = 500;

    /// <summary>Trigger sets listed, those that are discoveries first.</summary>
    [Range(1, 10_000)]
    public int TableTriggers { get; init; } = 200;

    /// <summary>Families drawn as bars: so many of the study, and so many of each word set.</summary>
    [Range(1, 200)]
    public int ChartFamilies { get; init; } = 30;

    /// <summary>Families shown with their images.</summary>
    [Range(0, 1000)]
    public int GalleryFamilies { get; init; } = 40;

    /// <summary>Distinct images shown of one family, those in most rows first.</summary>
    [Range(1, 1000)]
    public int ImagesPerFamily { get; init; } = 24;

    /// <summary>Distinct captions, and hosts, listed for one family, the most frequent first.</summary>
    [Range(1, 1000)]
    public int CaptionsPerFamily { get; init; } = 8;

    /// <summary>Hosts listed in the table of failures, those with most failures first.</summary>
    [Range(1, 10_000)]
    public int FailingHosts { get; init; } = 30;
}
