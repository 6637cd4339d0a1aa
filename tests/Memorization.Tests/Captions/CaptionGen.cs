using CsCheck;

namespace Memorization.Tests.Captions;

/// <summary>Captions made of everything that has gone wrong before.</summary>
internal static class CaptionGen
{
    private static readonly string[] Fragments =
    [
        "van", "gogh", "Van Gogh", "VAN", "goghs", "vangogh", "gogh's", "GOGH’S", "goghʼs", "van_gogh", "van-gogh", "van\u00A0gogh", "van&nbsp;gogh",
        "v&#97;n", "g&#x6F;gh", "&amp;gogh", "&ampvan", "&Idot;", "&imath;", "&fjlig;", "&eacute;", "&#8490;", "&#1;", "&#0;", "& ", "&", "&;",
        "go&shy;gh", "\u017F", "\u212A", "İ", "ı", "Ä", "a\u0308", "dürer", "DU\u0308RER", "d&uuml;rer", "\u0301", "n\u0301", "ﬁ", "ß", "ẞ", "Σ", "ς",
        "梵高", "の", "ゴッホ", "ไทย", "한글", "\u1112\u1161\u11AB", "😀", "❤\uFE0F", "🇳🇱", "1\uFE0F\u20E3", "1889", "½", "²", "\uFFFE", "\uFFFF", "\0", "\u001B[1m",
        "\uD800", "\uDC00", "𝔘", "𐐀", " ", "  ", "\t", "\n", "\r\n", "\u3000", ".", ",", "'", "’", "\"", "“", "-", "_", "<", "<b>", "|", "\u0345", "\u0085",
        "<|endoftext|>", "<|startoftext|>", "<|EndOfText|>", "'s", "'ſ", "'LL", "!!", "a", "b", "s", "k", "K", "i", "I",
    ];

    /// <summary>Up to 14 fragments, run together.</summary>
    public static readonly Gen<string> Odd =
        Gen.OneOf(Gen.OneOf(Fragments), Gen.Char.Select(c => c.ToString())).Array[0, 14].Select(string.Concat);

    /// <summary>As <see cref="Odd"/>, without the lone surrogates that UTF-8 cannot hold.</summary>
    public static readonly Gen<string> Valid = Odd.Select(text => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)));
}
