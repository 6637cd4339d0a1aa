namespace Memorization.Flow;

/// <summary>The stages of the graph, in the order a row meets them.</summary>
public enum StageName
{
    /// <summary>Rows read from Parquet, matched on raw UTF-8.</summary>
    Scan,
    /// <summary>The URL is usable: syntax, scheme, host.</summary>
    Urls,
    /// <summary>The caption has the keyword as whole words and fits CLIP's context.</summary>
    Captions,
    /// <summary>The row is new: neither in the store nor met before in this run.</summary>
    Known,
    /// <summary>The image's bytes, over HTTP.</summary>
    Fetch,
    /// <summary>The bytes as CLIP's pixels.</summary>
    Decode,
    /// <summary>The pixels as an embedding.</summary>
    Embed,
    /// <summary>The committed row.</summary>
    Store,
    /// <summary>The row's image in the spanning forest.</summary>
    Cluster,
}

/// <summary>Says which stage a <see cref="Reason"/> belongs to and what it means.</summary>
/// <param name="stage">The only stage that gives the reason.</param>
/// <param name="meaning">One sentence for a person who reads the funnel.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ReasonOfAttribute(StageName stage, string meaning) : Attribute
{
    /// <summary>The only stage that gives the reason.</summary>
    public StageName Stage { get; } = stage;

    /// <summary>One sentence for a person who reads the funnel.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>When a later run tries a row again that ended so.</summary>
    public Retry Retry { get; init; } = Retry.Never;
}

/// <summary>When a later run tries a row again.</summary>
public enum Retry
{
    /// <summary>What was found stays so.</summary>
    Never,

    /// <summary>After a while, and then after twice as long each time: it may pass by itself.</summary>
    Later,

    /// <summary>In the next run: it was not tried.</summary>
    NextRun,

    /// <summary>Once an option has changed that had decided.</summary>
    RuleChange,
}

/// <summary>Why a row was not stored. The list is closed and each member belongs to one stage.</summary>
/// <remarks>The names are part of the store's format: they may be added to, not renamed.</remarks>
public enum Reason
{
    /// <summary>Counted per row group and never written row by row, like every reason of the scan.</summary>
    [ReasonOf(StageName.Scan, "the similarity is outside the study's limits, or absent")]
    SimilarityExcluded,

    /// <summary>The metadata's width or height, which may be wrong.</summary>
    [ReasonOf(StageName.Scan, "a side is outside the study's limits, or absent")]
    SizeExcluded,

    /// <summary>The metadata's NSFW value is not in the study's list.</summary>
    [ReasonOf(StageName.Scan, "the NSFW value is not among the study's")]
    NsfwExcluded,

    /// <summary>The metadata's licence is not in the study's list.</summary>
    [ReasonOf(StageName.Scan, "the licence is not among the study's")]
    LicenseExcluded,

    /// <summary>Counted per row group and never written row by row.</summary>
    [ReasonOf(StageName.Scan, "no keyword set stands in the caption")]
    NoKeyword,

    /// <summary>Counted per row group and never written row by row.</summary>
    [ReasonOf(StageName.Scan, "the caption is null or blank")]
    MissingCaption,

    /// <summary>The URL is null or blank.</summary>
    [ReasonOf(StageName.Urls, "the URL is null or blank")]
    MissingUrl,

    /// <summary>The URL does not parse, or has no host.</summary>
    [ReasonOf(StageName.Urls, "the URL does not parse or has no usable host")]
    InvalidUrl,

    /// <summary>The scheme is neither http nor https.</summary>
    [ReasonOf(StageName.Urls, "the scheme is neither http nor https")]
    UnsupportedScheme,

    /// <summary>The host is written as an address, or a name, that is not public.</summary>
    [ReasonOf(StageName.Urls, "the host in the URL is not a public one")]
    PrivateHost,

    /// <summary>The keyword's letters stand in the caption, but only inside longer words.</summary>
    [ReasonOf(StageName.Captions, "the keyword occurs only inside longer words")]
    KeywordInsideWord,

    /// <summary>More token ids than the text tower takes, start and end tokens counted.</summary>
    [ReasonOf(StageName.Captions, "the caption has more tokens than the text tower takes")]
    CaptionTooLong,

    /// <summary>The row was committed by an earlier run; counted as known, not as rejected.</summary>
    [ReasonOf(StageName.Known, "the row was committed before")]
    AlreadyStored,

    /// <summary>The same URL and caption stand earlier in the input; the row counts there.</summary>
    [ReasonOf(StageName.Known, "the same URL and caption stand earlier in the input")]
    DuplicateRow,

    /// <summary>The host's name does not resolve.</summary>
    [ReasonOf(StageName.Fetch, "the host's name does not resolve", Retry = Retry.Later)]
    DnsFailure,

    /// <summary>The name, or a redirect's target, leads to an address that is not public; nothing was sent to it.</summary>
    [ReasonOf(StageName.Fetch, "the host, or a redirect, leads to an address that is not public", Retry = Retry.RuleChange)]
    PrivateAddress,

    /// <summary>No connection could be made.</summary>
    [ReasonOf(StageName.Fetch, "no connection could be made", Retry = Retry.Later)]
    ConnectionFailed,

    /// <summary>The connection broke while it was used.</summary>
    [ReasonOf(StageName.Fetch, "the connection broke", Retry = Retry.Later)]
    ConnectionReset,

    /// <summary>The TLS handshake failed.</summary>
    [ReasonOf(StageName.Fetch, "the TLS handshake failed", Retry = Retry.Later)]
    TlsFailure,

    /// <summary>A deadline passed before the last byte.</summary>
    [ReasonOf(StageName.Fetch, "a deadline passed before the last byte", Retry = Retry.Later)]
    Timeout,

    /// <summary>The answer is not HTTP, or breaks a limit on headers.</summary>
    [ReasonOf(StageName.Fetch, "the answer is not well-formed HTTP", Retry = Retry.Later)]
    MalformedResponse,

    /// <summary>HTTP 404.</summary>
    [ReasonOf(StageName.Fetch, "HTTP 404")]
    NotFound,

    /// <summary>HTTP 410.</summary>
    [ReasonOf(StageName.Fetch, "HTTP 410")]
    Gone,

    /// <summary>HTTP 401, 403 or 451.</summary>
    [ReasonOf(StageName.Fetch, "HTTP 401, 403 or 451")]
    Forbidden,

    /// <summary>HTTP 429, still after the retries.</summary>
    [ReasonOf(StageName.Fetch, "HTTP 429, still after the retries", Retry = Retry.Later)]
    TooManyRequests,

    /// <summary>HTTP 5xx, still after the retries.</summary>
    [ReasonOf(StageName.Fetch, "HTTP 5xx, still after the retries", Retry = Retry.Later)]
    ServerError,

    /// <summary>Any other status that is not a success.</summary>
    [ReasonOf(StageName.Fetch, "any other status that is not a success")]
    UnexpectedStatus,

    /// <summary>A redirect without a usable target, or too many of them.</summary>
    [ReasonOf(StageName.Fetch, "redirects without end or without a usable target", Retry = Retry.RuleChange)]
    BadRedirect,

    /// <summary>The publisher opts out: X-Robots-Tag, decided before the body is read.</summary>
    [ReasonOf(StageName.Fetch, "the publisher opts out (X-Robots-Tag)", Retry = Retry.RuleChange)]
    OptedOut,

    /// <summary>The site's robots.txt does not let us have the image; it was not asked for.</summary>
    [ReasonOf(StageName.Fetch, "the site's robots.txt disallows it", Retry = Retry.Later)]
    RobotsDisallowed,

    /// <summary>The body came, but slower than allowed.</summary>
    [ReasonOf(StageName.Fetch, "the body came slower than allowed", Retry = Retry.Later)]
    TooSlow,

    /// <summary>Nothing was asked: the host had failed too often, had asked for patience, or had not answered earlier rows when the run was stopped.</summary>
    [ReasonOf(StageName.Fetch, "not asked for: the host was failing, asked for patience, or was busy when the run was stopped", Retry = Retry.NextRun)]
    HostPostponed,

    /// <summary>More bytes than allowed, announced or received.</summary>
    [ReasonOf(StageName.Fetch, "more bytes than allowed", Retry = Retry.RuleChange)]
    BodyTooLarge,

    /// <summary>A success with no bytes.</summary>
    [ReasonOf(StageName.Fetch, "a success without a body", Retry = Retry.Later)]
    EmptyBody,

    /// <summary>The body is shorter than announced.</summary>
    [ReasonOf(StageName.Fetch, "the body is shorter than announced", Retry = Retry.Later)]
    TruncatedBody,

    /// <summary>The bytes are a web page or other text.</summary>
    [ReasonOf(StageName.Fetch, "a web page or other text instead of an image", Retry = Retry.RuleChange)]
    NotAnImage,

    /// <summary>An image format that is recognised and not read (TIFF, AVIF, JPEG XL …), or bytes of no known format.</summary>
    [ReasonOf(StageName.Decode, "an image format that is not read", Retry = Retry.RuleChange)]
    UnsupportedFormat,

    /// <summary>The header does not parse.</summary>
    [ReasonOf(StageName.Decode, "the image's header does not parse", Retry = Retry.RuleChange)]
    CorruptHeader,

    /// <summary>The image ends before its last row.</summary>
    [ReasonOf(StageName.Decode, "the image ends before its last row", Retry = Retry.RuleChange)]
    TruncatedImage,

    /// <summary>The pixels do not decode.</summary>
    [ReasonOf(StageName.Decode, "the image's pixels do not decode", Retry = Retry.RuleChange)]
    CorruptPixels,

    /// <summary>The header announces more pixels than allowed.</summary>
    [ReasonOf(StageName.Decode, "the header announces more pixels than allowed", Retry = Retry.RuleChange)]
    TooManyPixels,

    /// <summary>The header announces a side shorter than allowed.</summary>
    [ReasonOf(StageName.Decode, "the image is smaller than allowed", Retry = Retry.RuleChange)]
    ImageTooSmall,

    /// <summary>One side is too many times the other.</summary>
    [ReasonOf(StageName.Decode, "one side is too many times the other", Retry = Retry.RuleChange)]
    ExtremeAspectRatio,

    /// <summary>The decoder's process was killed when the time limit passed.</summary>
    [ReasonOf(StageName.Decode, "decoding took longer than allowed", Retry = Retry.RuleChange)]
    DecodeTimeout,

    /// <summary>The decoder's process crashed or ran out of memory.</summary>
    [ReasonOf(StageName.Decode, "the decoder's process ended while it read the image", Retry = Retry.RuleChange)]
    DecoderCrashed,

    /// <summary>The model answered NaN, infinity or a zero vector.</summary>
    [ReasonOf(StageName.Embed, "the model answered NaN, infinity or a zero vector", Retry = Retry.RuleChange)]
    InvalidEmbedding,
}
