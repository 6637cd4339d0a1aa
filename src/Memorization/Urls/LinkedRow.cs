using Memorization.Rows;

namespace Memorization.Urls;

/// <summary>A row whose URL may be requested.</summary>
/// <param name="Row">The row as read.</param>
/// <param name="Url">The URL to request: absolute, http or https, HTML entities and white space undone, percent-encoded, host in ASCII.</param>
public sealed record LinkedRow(LaionRow Row, Uri Url);
