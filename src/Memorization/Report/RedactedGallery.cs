namespace Memorization.Report;

/// <summary>A family without its pictures and captions: how often each image and host occurs, under names that lead to none.</summary>
internal static class RedactedGallery
{
    public static Html Render(Gallery gallery) => Html.Of($"""
        <article class="family" id="family-{gallery.Rank}" tabindex="-1">
        {GallerySection.Heading(gallery)}
        <details>
        <summary>Images, hosts<span class="visually-hidden"> of family {gallery.Rank}</span></summary>
        <div class="columns">
        <div><h4>Images, each with the URL of one row</h4>{GallerySection.Counted([.. gallery.Pictures.Select(picture => new Counted($"{picture.ContentId} at {picture.Url}", picture.Rows))], gallery.Family.Contents, Name)}</div>
        <div><h4>Hosts</h4>{GallerySection.Counted(gallery.TopHosts, gallery.Hosts, Name)}</div>
        </div>
        </details>
        </article>

        """);

    private static Html Name(string name) => Html.Of($"<code>{name}</code>");
}
