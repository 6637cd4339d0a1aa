using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Memorization.Report;

/// <summary>Markup. Made only from interpolated strings, whose every hole is encoded, so that no text from the web can become markup.</summary>
internal readonly record struct Html
{
    private readonly string? _text;

    private Html(string text) => _text = text;

    /// <summary>Markup from an interpolated string: texts are encoded, markup is taken as it is, numbers are grouped by thousands.</summary>
    public static Html Of(HtmlBuilder markup) => new(markup.ToString());

    /// <summary>Pieces one after the other.</summary>
    public static Html Concat(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece._text)));

    /// <summary>Pieces made from items, one after the other.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> make) => Concat(items.Select(make));

    /// <summary>Text that this program wrote and that is markup already: its own style sheet, script and charts.</summary>
    public static Html Own(string markup) => new(markup);

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}

/// <summary>Collects an interpolated string of markup. Only the types below can stand in a hole.</summary>
[InterpolatedStringHandler]
internal readonly struct HtmlBuilder
{
    private readonly StringBuilder _text;

    public HtmlBuilder(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

    public void AppendLiteral(string markup) => _text.Append(markup);

    public void AppendFormatted(string? text) => _text.Append(HtmlText.Encode(text ?? ""));

    public void AppendFormatted(Html markup) => _text.Append(markup.ToString());

    public void AppendFormatted(long number) => _text.Append(number.ToString("N0", CultureInfo.InvariantCulture));

    public void AppendFormatted(long number, string format) => _text.Append(number.ToString(format, CultureInfo.InvariantCulture));

    public void AppendFormatted(double number, string format) => _text.Append(HtmlText.Encode(number.ToString(format, CultureInfo.InvariantCulture)));

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
