using Memorization.Rows;
using Memorization.Urls;

namespace Memorization.Captions;

/// <summary>A row that the study wants: its URL may be requested, its caption has the keyword and fits the text tower.</summary>
/// <param name="Row">The row as read.</param>
/// <param name="Url">The URL to request.</param>
/// <param name="TokenCount">CLIP token ids of the caption, start and end tokens counted.</param>
public sealed record SelectedRow(LaionRow Row, Uri Url, int TokenCount);
