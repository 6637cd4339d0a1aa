using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Memorization.Report;

/// <summary>The report as one page that asks nobody for anything: style, script, images and charts are inside, and its policy forbids the rest.</summary>
internal static class ReportPage
{
    private static readonly string Style = Resource("report.css");
    private static readonly string Script = Resource("report.js");

    private static readonly string Policy =
        $"default-src 'none'; img-src data:; style-src {Hash(Style)}; script-src {Hash(Script)}; base-uri 'none'; form-action 'none'";

    /// <summary>Writes the whole page.</summary>
    public static string Render(ReportData data)
    {
        // In the order they are read; each is a file of its own. A title's part before the colon is its name in the navigation.
        (string Id, string Title, Html Body)[] sections =
        [
            ("funnel", "The funnel", FunnelSection.Render(data)),
            ("table-1", "Table 1: families by size", TableSection.Render(data)),
            ("figures", "Figures: the largest families", FigureSection.Render(data)),
            ("shares", "Shares: what the rows with some words show", ShareSection.Render(data)),
            ("drop", "Drop list: if each family is seen less often", DropSection.Render(data)),
            ("triggers", "Triggers: words that lead to one family", TriggerSection.Render(data)),
            ("galleries", "Pictures: what the families look like", GallerySection.Render(data)),
            ("sweep", "Thresholds: how far it moves", SweepSection.Render(data)),
            ("second-opinion", "Second opinion: a hash that knows no encoder", SecondOpinionSection.Render(data)),
            .. ObjectSection.Render(data),
            ("hosts", "Failures by host", HostSection.Render(data)),
            ("methods", "Methods", MethodsSection.Render(data)),
        ];
        return Html.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{Html.Own(Policy)}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <meta name="color-scheme" content="light dark">
            <title>{data.Study.Name}: what repeats</title>
            <style>{Html.Own(Style)}</style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the report</a>
            {HeaderSection.Render(data)}
            <nav aria-label="Sections"><ul>{Html.Each(sections, section => Html.Of($"<li><a href=\"#{section.Id}\">{section.Title.Split(':')[0]}</a></li>"))}</ul></nav>
            <main id="main" tabindex="-1">
            {HeaderSection.Figures(data)}
            {Html.Each(sections, section => Html.Of($"<section id=\"{section.Id}\" aria-labelledby=\"{section.Id}-title\"><h2 id=\"{section.Id}-title\">{section.Title}</h2>\n{section.Body}\n</section>\n"))}
            </main>
            <footer><p>Every number here can be counted again from the store; <a href="#methods">Methods</a> says how. All of the numbers lie beside this page in <code>report.json</code>, and each table as CSV and Parquet.</p></footer>
            <script>{Html.Own(Script)}</script>
            </body>
            </html>

            """).ToString();
    }

    private static string Hash(string inline) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline)))}'";

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
