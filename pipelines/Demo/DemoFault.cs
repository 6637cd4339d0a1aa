using Memorization.Flow;

namespace Memorization.Pipelines.Demo;

/// <summary>What is wrong with a row, or with the answer its URL gives.</summary>
/// <remarks>The first three cost requests, not the row; every other one ends it, with the reason of <see cref="DemoFaults.Ends"/>.</remarks>
internal enum DemoFault
{
    /// <summary>500 at the first request, then the image.</summary>
    ErrorThenImage,
    /// <summary>429 with Retry-After: 1 at the first request, then the image.</summary>
    ThrottledThenImage,
    /// <summary>301 to the same path with a query, where the image is.</summary>
    Redirect,

    NotFound,
    Gone,
    Forbidden,
    /// <summary>500 for ever.</summary>
    ServerError,
    /// <summary>A few bytes a second until the client gives up.</summary>
    SlowBody,
    /// <summary>TCP reset after the request.</summary>
    Reset,
    /// <summary>The connection ends before the announced length.</summary>
    ShortBody,
    EmptyBody,
    HtmlPage,
    /// <summary>Half a JPEG, with the right Content-Length for that half.</summary>
    TruncatedJpeg,
    /// <summary>A JPEG whose header announces 60,000 × 60,000 pixels.</summary>
    HugeHeader,
    /// <summary>X-Robots-Tag: noai, noimageai.</summary>
    NoAi,
    /// <summary>302 to the server's own address.</summary>
    RedirectToLoopback,

    BadUrl,
    UnsupportedScheme,
    PrivateHost,
    NullUrl,
    NullCaption,
    /// <summary>One token more than the text tower takes.</summary>
    LongCaption,
    /// <summary>"Sunflowers" where the study asks for "sunflower".</summary>
    KeywordInsideWord,
    /// <summary>The same URL and caption as another row.</summary>
    DuplicateRow,
}

/// <summary>What a study should make of each <see cref="DemoFault"/>.</summary>
internal static class DemoFaults
{
    /// <summary>The reason with which the row ends; null if it is stored all the same.</summary>
    public static Reason? Ends(this DemoFault fault) => fault switch
    {
        DemoFault.ErrorThenImage or DemoFault.ThrottledThenImage or DemoFault.Redirect => null,
        DemoFault.NotFound => Reason.NotFound,
        DemoFault.Gone => Reason.Gone,
        DemoFault.Forbidden => Reason.Forbidden,
        DemoFault.ServerError => Reason.ServerError,
        DemoFault.SlowBody => Reason.Timeout,
        DemoFault.Reset => Reason.ConnectionReset,
        DemoFault.ShortBody => Reason.TruncatedBody,
        DemoFault.EmptyBody => Reason.EmptyBody,
        DemoFault.HtmlPage => Reason.NotAnImage,
        DemoFault.TruncatedJpeg => Reason.TruncatedImage,
        DemoFault.HugeHeader => Reason.TooManyPixels,
        DemoFault.NoAi => Reason.OptedOut,
        DemoFault.RedirectToLoopback => Reason.PrivateAddress,
        DemoFault.BadUrl => Reason.InvalidUrl,
        DemoFault.UnsupportedScheme => Reason.UnsupportedScheme,
        DemoFault.PrivateHost => Reason.PrivateHost,
        DemoFault.NullUrl => Reason.MissingUrl,
        DemoFault.NullCaption => Reason.MissingCaption,
        DemoFault.LongCaption => Reason.CaptionTooLong,
        DemoFault.KeywordInsideWord => Reason.KeywordInsideWord,
        DemoFault.DuplicateRow => Reason.DuplicateRow,
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };
}
