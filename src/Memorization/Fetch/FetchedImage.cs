using Memorization.Captions;
using Memorization.Flow;

namespace Memorization.Fetch;

/// <summary>What a request ended with, whether or not it brought an image.</summary>
/// <param name="HttpStatus">The last answer's status; null if there was none.</param>
/// <param name="Attempts">Requests made for this row, retries and the first one counted, redirects not.</param>
/// <param name="FetchedAt">When the last attempt ended, UTC.</param>
/// <param name="Elapsed">From the first attempt's start to the last one's end, waiting included.</param>
public sealed record FetchRecord(int? HttpStatus, int Attempts, DateTimeOffset FetchedAt, TimeSpan Elapsed)
{
    /// <summary>The image's ETag as received; null if there was none.</summary>
    public string? ETag { get; init; }

    /// <summary>The image's Last-Modified as received; null if there was none.</summary>
    public string? LastModified { get; init; }
}

/// <summary>A row with the bytes its URL gave.</summary>
/// <param name="Selected">The row and its URL.</param>
/// <param name="Bytes">The body as received.</param>
/// <param name="ContentId">SHA-256 of the bytes, 64 hexadecimal digits: one image, whatever URL it came from.</param>
/// <param name="MediaType">Content-Type as received, without parameters; null if absent.</param>
/// <param name="Record">How the request went.</param>
public sealed record FetchedImage(SelectedRow Selected, ReadOnlyMemory<byte> Bytes, string ContentId, string? MediaType, FetchRecord Record)
{
    /// <summary>Whether the bytes were kept by an earlier run, so that nothing was requested.</summary>
    public bool IsFromStore { get; init; }
}

/// <summary>A rejection that also says how the request went.</summary>
/// <param name="Reason">The closed reason that is counted.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Record">How the request went.</param>
public sealed record FetchRejection(Reason Reason, string? Detail, FetchRecord Record) : Rejection(Reason, Detail);
