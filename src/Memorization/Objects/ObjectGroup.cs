namespace Memorization.Objects;

/// <summary>Which rows a group is made of.</summary>
public enum GroupKind
{
    /// <summary>Captions with the keyword.</summary>
    Keyword,

    /// <summary>Captions with a control's words and without the keyword's.</summary>
    Control,

    /// <summary>All other captions.</summary>
    Other,
}

/// <summary>Rows of the study that are looked at together.</summary>
/// <param name="Kind">Which rows.</param>
/// <param name="Words">The keyword, or the control's words; empty for all other rows.</param>
/// <param name="IsNamed">Whether the captions name the object.</param>
public sealed record ObjectGroup(GroupKind Kind, string Words, bool IsNamed)
{
    /// <summary>What the group is called in tables.</summary>
    public string Name => $"{(Kind == GroupKind.Other ? "other rows" : Words)}, {(IsNamed ? "named" : "not named")}";
}

/// <summary>A row that is looked at.</summary>
/// <param name="RowKey">Its key.</param>
/// <param name="Caption">Its caption.</param>
/// <param name="Url">Its URL as the metadata has it.</param>
/// <param name="ContentId">SHA-256 of its image's bytes.</param>
/// <param name="Family">The family of the image.</param>
public sealed record ObjectRow(string RowKey, string Caption, string Url, string ContentId, string Family);

/// <summary>The rows of one group, and what became of the others.</summary>
internal sealed record GroupRows(ObjectGroup Group, IReadOnlyList<ObjectRow> Rows)
{
    /// <summary>Rows of the group that the study's filter keeps.</summary>
    public required long Kept { get; init; }

    /// <summary>Of these, rows whose image could not be had.</summary>
    public required long WithoutImage { get; init; }

    /// <summary>Of the rest, rows that were not drawn.</summary>
    public long NotDrawn => Kept - WithoutImage - Rows.Count;
}
