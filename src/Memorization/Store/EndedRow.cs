using System.Globalization;
using Memorization.Captions;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Rows;
using Memorization.Urls;

namespace Memorization.Store;

/// <summary>A row at its end: everything its stages found out, and the table records that say so.</summary>
internal sealed class EndedRow
{
    private readonly SelectedRow? _selected;
    private readonly FetchedImage? _fetched;
    private readonly DecodedImage? _decoded;
    private readonly EmbeddedImage? _embedded;
    private readonly Rejection? _rejection;

    public EndedRow(RowEnd end)
    {
        _rejection = end.Rejection;
        _embedded = end.Item as EmbeddedImage;
        _decoded = _embedded?.Decoded ?? end.Item as DecodedImage;
        _fetched = _decoded?.Fetched ?? end.Item as FetchedImage;
        _selected = _fetched?.Selected ?? end.Item as SelectedRow;
        Row = _selected?.Row ?? (end.Item as LinkedRow)?.Row ?? end.Item as LaionRow
            ?? throw new ArgumentException($"{end.Item.GetType().Name} is not a row of the graph", nameof(end));
        Key = Row.Key.ToString("x32", CultureInfo.InvariantCulture);
    }

    public LaionRow Row { get; }

    public string Key { get; }

    public Reason? Reason => _rejection?.Reason;

    /// <summary>Whether this run asked for the image, so that there is an outcome to write.</summary>
    public bool WasFetched => _fetched is not null || _rejection is FetchRejection;

    /// <summary>Whether this run stores the row.</summary>
    public bool IsStored => _embedded is not null && _rejection is null;

    /// <summary>Whether the bytes were kept by an earlier run.</summary>
    public bool IsFromStore => _fetched is { IsFromStore: true };

    /// <summary>The image as received; null if there is none.</summary>
    public ReadOnlyMemory<byte>? Bytes => _fetched?.Bytes;

    public string? ContentId => _fetched?.ContentId;

    public byte[]? Thumbnail => IsStored ? _decoded!.Thumbnail : null;

    public Half[]? Embedding => IsStored ? _embedded!.Embedding : null;

    public RowRecord ToRow() => new()
    {
        RowKey = Key,
        Url = Row.Url,
        Caption = Row.Caption,
        Width = Row.Width,
        Height = Row.Height,
        License = Row.License,
        Nsfw = Row.Nsfw,
        Similarity = Row.Similarity,
        TokenCount = _selected?.TokenCount,
        SourceContent = Row.Unit.FileContent.ToString("x32", CultureInfo.InvariantCulture),
        SourceRowGroup = Row.Unit.RowGroup,
        SourceRow = Row.RowInGroup,
    };

    /// <summary>The filter judges from the row alone: a row that got past URL and caption is kept, whatever the web then answered.</summary>
    public VerdictRecord ToVerdict()
    {
        var refused = _rejection is { } no && no.Reason.Stage() is StageName.Urls or StageName.Captions;
        return new VerdictRecord
        {
            RowKey = Key,
            Kept = !refused,
            Reason = refused ? _rejection!.Reason.ToString() : null,
            Detail = refused ? _rejection!.Detail : null,
        };
    }

    /// <summary>The outcome to write.</summary>
    /// <param name="prior">How the row had ended before; null if it had not.</param>
    /// <param name="place">Where the bytes are kept; null if they are not.</param>
    /// <param name="rules">The options that decided; null if none did.</param>
    /// <param name="version">The table's version that brings it.</param>
    public ImageRecord ToImage(PriorOutcome? prior, BlobPlace? place, string? rules, long version)
    {
        var record = _fetched?.Record ?? ((FetchRejection)_rejection!).Record;
        return new ImageRecord
        {
            RowKey = Key,
            Url = _selected!.Url.AbsoluteUri,
            Outcome = _rejection is null ? ImageRecord.Kept : ImageRecord.Rejected,
            Reason = _rejection?.Reason.ToString(),
            Detail = _rejection?.Detail,
            HttpStatus = record.HttpStatus,
            Attempts = record.Attempts,
            FetchedAt = record.FetchedAt.UtcDateTime,
            ElapsedMilliseconds = (int)Math.Min(int.MaxValue, record.Elapsed.TotalMilliseconds),
            ContentId = ContentId,
            Bytes = _fetched?.Bytes.Length,
            MediaType = _fetched?.MediaType,
            Format = _decoded?.Pixels.Format,
            Width = _decoded?.Pixels.Width,
            Height = _decoded?.Pixels.Height,
            Rules = rules,
            Failures = Reason?.Retry() switch
            {
                Retry.Later => (prior?.Failures ?? 0) + 1,
                Retry.NextRun => prior?.Failures ?? 0,
                _ => 0,
            },
            ETag = record.ETag,
            LastModified = record.LastModified,
            Blob = place?.Shard,
            Offset = place?.Offset,
            Length = place?.Length,
            Version = version,
        };
    }

    /// <summary>What a shard says of the image besides its bytes.</summary>
    public BlobFacts ToFacts() => new(Key, _selected!.Url.AbsoluteUri, _fetched!.MediaType);

    public ThumbnailRecord ToThumbnail() => new() { ContentId = ContentId!, MediaType = Images.Thumbnail.MediaType, Image = Thumbnail! };

    public EmbeddingRecord ToEmbedding() => new()
    {
        ContentId = ContentId!,
        Embedding = Array.ConvertAll(Embedding!, value => (float)value),
    };
}
