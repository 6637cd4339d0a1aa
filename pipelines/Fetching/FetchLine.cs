using System.Globalization;
using Memorization.Export;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Urls;

namespace Memorization.Pipelines.Fetching;

/// <summary>What became of one URL.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Url">As it stood there.</param>
/// <param name="Outcome">kept or rejected.</param>
/// <param name="Reason">Why it was rejected; null if kept.</param>
/// <param name="Status">The last answer's HTTP status; null if there was none.</param>
/// <param name="Bytes">Bytes of the image; null if rejected.</param>
/// <param name="Sha256">Of the bytes, 64 hexadecimal digits.</param>
/// <param name="MediaType">As the server called it.</param>
/// <param name="Attempts">Attempts made; 0 if nothing was sent.</param>
/// <param name="Milliseconds">From the first attempt's start to the last one's end.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Key">The sample in the shards; null without shards.</param>
internal sealed record FetchLine(
    long Line, string Url, string Outcome, Reason? Reason, int? Status, int? Bytes, string? Sha256, string? MediaType, int Attempts, long Milliseconds, string? Detail, string? Key)
{
    /// <summary>Names of the columns, in order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["line", "url", "outcome", "reason", "status", "bytes", "sha256", "media_type", "attempts", "milliseconds", "detail", "key"];

    /// <summary>The line of a row that has ended.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="key">The sample, if it was written.</param>
    public static FetchLine Of(RowEnd end, string? key)
    {
        var image = (end.Item as FetchedSample)?.Image;
        var row = image?.Selected.Row ?? (end.Item as LinkedRow)?.Row ?? (LaionRow)end.Item;
        var record = image?.Record ?? (end.Rejection as FetchRejection)?.Record;
        return new FetchLine(
            (long)row.Key, row.Url!, image is null ? "rejected" : "kept", end.Rejection?.Reason, record?.HttpStatus, image?.Bytes.Length, image?.ContentId, image?.MediaType,
            record?.Attempts ?? 0, (long)(record?.Elapsed.TotalMilliseconds ?? 0), end.Rejection?.Detail, key);
    }

    /// <summary>The values as text, in the order of <see cref="Columns"/>; empty for null.</summary>
    public IEnumerable<string> Cells() =>
        new object?[] { Line, Url, Outcome, Reason, Status, Bytes, Sha256, MediaType, Attempts, Milliseconds, Detail, Key }
            .Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
}
