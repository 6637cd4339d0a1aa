using System.Text.Json;
using Memorization.Report;

namespace Memorization.Objects;

/// <summary>A picture on the labelling page.</summary>
/// <param name="ContentId">The image.</param>
/// <param name="Width">Width of the preview in pixels.</param>
/// <param name="Height">Its height.</param>
/// <param name="Src">The preview as a data URI.</param>
internal sealed record LabelPicture(string ContentId, int Width, int Height, string Src);

/// <summary>A page on which a person says of each picture whether the object is in it. It knows no scores, captions or groups.</summary>
internal static class LabelPage
{
    /// <summary>Pixels of a picture's longer side, at most.</summary>
    public const int Pixels = 512;

    private static readonly OnePage Page = new("label");

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Writes the whole page.</summary>
    public static string Render(ObjectOptions options, int seed, IReadOnlyList<LabelPicture> pictures) => Page.Render(Html.Of($"Label: {options.Asked}"), Html.Of($"""
        <header>
        <p class="kicker">{pictures.Count} pictures, sample {seed:0}</p>
        <h1>Is {options.Asked} in the picture?</h1>
        </header>
        <main>
        <section id="start">
        <p>Say of each picture whether you see {options.Asked}: any part of it counts, however small, in any style. Where you cannot tell, say unsure. Do not look at another person's answers.</p>
        <form id="who"><label for="labeller">Your name, for the file</label> <input id="labeller" autocomplete="name" required maxlength="80"> <button>Begin</button></form>
        <p class="keys"><kbd>Y</kbd> yes <kbd>N</kbd> no <kbd>U</kbd> unsure <kbd>Z</kbd> undo <kbd>S</kbd> save. Answers stay in this browser until you save them; you may close the page and go on later.</p>
        <noscript><p class="warning">This page needs JavaScript.</p></noscript>
        </section>
        <section id="work" hidden>
        <div class="bar" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="{pictures.Count:0}"><div id="done"></div></div>
        <p id="count" aria-live="polite"></p>
        <figure><img id="picture" alt="The picture to label"></figure>
        <p id="finished" hidden>Every picture has an answer. Save the file and hand it on.</p>
        <div class="answers">
        <button type="button" data-answer="yes"><kbd>Y</kbd> Yes</button>
        <button type="button" data-answer="no"><kbd>N</kbd> No</button>
        <button type="button" data-answer="unsure"><kbd>U</kbd> Unsure</button>
        </div>
        <div class="tools"><button type="button" id="undo"><kbd>Z</kbd> Undo</button> <button type="button" id="save"><kbd>S</kbd> Save</button> <span id="saved" aria-live="polite"></span></div>
        </section>
        </main>
        <script type="application/json" id="sample">{Html.Own(JsonSerializer.Serialize(new { Object = options.Name, Seed = seed, Pictures = pictures }, Json))}</script>
        """));
}
