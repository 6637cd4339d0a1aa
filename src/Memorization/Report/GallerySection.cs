using Memorization.Captions;
using Memorization.Images;
using Memorization.Store;

namespace Memorization.Report;

/// <summary>The largest families: images, captions with the keyword marked, hosts.</summary>
internal static class GallerySection
{
    // Always in sight; the others open with the details.
    private const int Preview = 8;

    public static Html Render(ReportData data)
    {
        if (data.Galleries.Count == 0) return Html.Of($"<p>There is no family to show.</p>");
        var matcher = new KeywordMatcher(data.Study.Keywords);
        return Html.Of($"""
            <p>The {data.Galleries.Count} largest of {data.Families.Count} families, up to {data.Study.Report.ImagesPerFamily} distinct images each, those in most rows first.
            {(data.IsRedacted ? Html.Of($"An image is the name of its bytes and the name of its URL.") : Thumbnails(data))}</p>
            <p class="tools" hidden><button type="button" id="open-all">Open all</button> <button type="button" id="close-all">Close all</button></p>
            {Html.Each(data.Galleries, gallery => data.IsRedacted ? RedactedGallery.Render(gallery) : Family(gallery, matcher))}
            """);
    }

    private static Html Thumbnails(ReportData data)
    {
        var crop = Html.Of($"A picture is the centre crop that the model sees, {Thumbnail.Side} pixels wide.");
        if (data.ImagesWithoutThumbnail == 0) return crop;
        var why = data.Study.Store.Images == StoredImages.None
            ? "because the study says store.images = none"
            : "because they were stored while store.images was none or by an earlier version";
        return Html.Of($"{crop} {data.ImagesWithoutThumbnail} distinct images have a placeholder, {why}.");
    }

    private static Html Family(Gallery gallery, KeywordMatcher matcher)
    {
        var family = gallery.Family;
        var hidden = gallery.Pictures.Skip(Preview).ToList();
        return Html.Of($"""
            <article class="family" id="family-{gallery.Rank}" tabindex="-1">
            {Heading(gallery)}
            <div class="pictures">{Html.Each(gallery.Pictures.Take(Preview), picture => Figure(picture, matcher))}</div>
            <details>
            <summary>{(hidden.Count > 0 ? Html.Of($"{hidden.Count} more images, captions, hosts") : Html.Of($"Captions, hosts"))}<span class="visually-hidden"> of family {gallery.Rank}</span></summary>
            <div class="columns">
            <div><h4>Captions</h4>{Counted(gallery.TopCaptions, gallery.Captions, caption => Marked(caption, matcher))}</div>
            <div><h4>Hosts</h4>{Counted(gallery.TopHosts, gallery.Hosts, host => Html.Of($"{host}"))}</div>
            </div>
            {(hidden.Count > 0 ? Html.Of($"<h4>More images</h4><div class=\"pictures\">{Html.Each(hidden, picture => Figure(picture, matcher))}</div>") : default)}
            {(family.Contents > gallery.Pictures.Count ? Html.Of($"<p class=\"more\">{family.Contents - gallery.Pictures.Count} more distinct images are not shown.</p>") : default)}
            </details>
            </article>

            """);
    }

    /// <summary>What a family is called, and how large it is.</summary>
    public static Html Heading(Gallery gallery) => Html.Of($"""
        <h3><span class="rank">{gallery.Rank}</span> <bdi>{FamilyName.Of(gallery.Family, words: 4)}</bdi></h3>
        <p class="meta">{Count(gallery.Family.Size, "row")} ({Figures.Percent(gallery.Family.Share)}) · {Count(gallery.Family.Contents, "distinct image")} · {Count(gallery.Urls, "URL")} on {Count(gallery.Hosts, "host")} · {Count(gallery.Captions, "caption")} · family <code>{gallery.Family.Family[..8]}</code></p>
        """);

    /// <summary>Hosts or captions with the rows that they stand in, and how many more there are.</summary>
    public static Html Counted(IReadOnlyList<Counted> items, long all, Func<string, Html> text) => Html.Of($"""
        <ol class="counted">{Html.Each(items, item => Html.Of($"<li><b>{item.Rows}</b> <bdi>{text(item.Text)}</bdi></li>"))}</ol>{(all > items.Count ? Html.Of($"<p class=\"more\">and {all - items.Count} more</p>") : default)}
        """);

    private static Html Count(long count, string noun) => Html.Of($"<b>{count}</b> {noun}{(count == 1 ? "" : "s")}");

    private static Html Figure(Picture picture, KeywordMatcher matcher)
    {
        var image = picture.Thumbnail is { } bytes
            ? Html.Of($"<img src=\"data:{picture.MediaType};base64,{Html.Own(bytes)}\" alt=\"\" width=\"{Thumbnail.Side:0}\" height=\"{Thumbnail.Side:0}\" loading=\"lazy\" decoding=\"async\">")
            : Html.Of($"<span class=\"placeholder\">no image kept</span>");
        var rows = picture.Rows > 1 ? Html.Of($"<b class=\"times\">{picture.Rows} rows</b> ") : default;
        return Html.Of($"<figure>{image}<figcaption>{rows}<bdi class=\"caption\">{Marked(picture.Caption, matcher)}</bdi>{WebLink.Of(picture.Url)}</figcaption></figure>");
    }

    private static Html Marked(string caption, KeywordMatcher matcher) =>
        Html.Each(matcher.Mark(caption), part => part.IsKeyword ? Html.Of($"<mark>{part.Text}</mark>") : Html.Of($"{part.Text}"));
}
