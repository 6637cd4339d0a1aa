namespace Memorization.Rows;

/// <summary>A row of LAION metadata as read: what the scan knows about one image and its caption.</summary>
public sealed record LaionRow
{
    /// <summary>Identity of the row, whatever file it is in: XXH128 of the URL's bytes, a line feed and the caption's bytes, as received.</summary>
    public required UInt128 Key { get; init; }

    /// <summary>The unit of work (one row group of one file) the row was read in.</summary>
    public required UnitId Unit { get; init; }

    /// <summary>Zero-based position in the row group.</summary>
    public required int RowInGroup { get; init; }

    /// <summary>The URL as received; null if the column was null.</summary>
    public required string? Url { get; init; }

    /// <summary>The caption as received.</summary>
    public required string Caption { get; init; }

    /// <summary>Width in pixels as the metadata has it (some releases swap it with the height); null if absent or not a number.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels as the metadata has it; null if absent or not a number.</summary>
    public int? Height { get; init; }

    /// <summary>CLIP similarity between image and caption as the metadata has it; columns that slid during CSV parsing put numbers up to 6016 here.</summary>
    public double? Similarity { get; init; }

    /// <summary>The licence as the metadata has it; "?" and "" both occur.</summary>
    public string? License { get; init; }

    /// <summary>UNLIKELY, UNSURE, NSFW or anything else the metadata has.</summary>
    public string? Nsfw { get; init; }
}
