namespace Memorization.Store;

/// <summary>What a shard says of an image besides its bytes: the row that brought it. Other rows of the same bytes are in the table images.</summary>
/// <param name="RowKey">The row that was asked for first.</param>
/// <param name="Url">The URL that was requested.</param>
/// <param name="MediaType">Content-Type as received; null if absent.</param>
internal sealed record BlobFacts(string RowKey, string Url, string? MediaType);
