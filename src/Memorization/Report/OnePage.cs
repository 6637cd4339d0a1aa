using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Memorization.Report;

/// <summary>A page in one file that asks nobody for anything: style, script and pictures are inside, and its policy forbids the rest.</summary>
internal sealed class OnePage
{
    private readonly string _style;
    private readonly string _script;

    /// <summary>A page with a style sheet and a script of this assembly's.</summary>
    /// <param name="name">The name of both, without <c>.css</c> and <c>.js</c>.</param>
    public OnePage(string name) => (_style, _script) = (Resource($"{name}.css"), Resource($"{name}.js"));

    /// <summary>Writes the page; the script runs at its end.</summary>
    public string Render(Html title, Html body) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src {Hash(_style)}; script-src {Hash(_script)}; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <meta name="color-scheme" content="light dark">
        <title>{title}</title>
        <style>{Html.Own(_style)}</style>
        </head>
        <body>
        {body}
        <script>{Html.Own(_script)}</script>
        </body>
        </html>

        """).ToString();

    private static Html Hash(string inline) => Html.Own($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline)))}'");

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
