namespace Memorization.Report;

/// <summary>A URL from the web on a page.</summary>
internal static class WebLink
{
    /// <summary>The URL as text; a link where following it is what a browser does with web pages, and nothing else.</summary>
    public static Html Of(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        ? Html.Of($"<a class=\"url\" href=\"{uri.AbsoluteUri}\" rel=\"noopener noreferrer nofollow\">{url}</a>")
        : Html.Of($"<span class=\"url\">{url}</span>");
}
