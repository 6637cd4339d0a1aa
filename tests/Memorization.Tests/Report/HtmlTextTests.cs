using System.Net;
using CsCheck;
using Memorization.Report;
using Memorization.Tests.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Report;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("</script><img src=x onerror=alert(1)>", "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;")]
    [InlineData("\"'&", "&quot;&#x27;&amp;")]
    [InlineData("invoice\u202Egpj.exe", "invoice[U&#x2B;202E]gpj.exe")]
    [InlineData("a\u0000b\u001Bc\r\nd\u2028e", "a\uFFFDb\uFFFDc  d e")]
    [InlineData("Café 梵高", "Café 梵高")]
    public void Markup_and_controls_become_text(string text, string encoded) => HtmlText.Encode(text).ShouldBe(encoded);

    [Fact]
    public void No_text_brings_markup_a_control_or_a_change_of_direction_and_what_can_be_seen_comes_back() => CaptionGen.Odd.Sample(text =>
    {
        var encoded = HtmlText.Encode(text);

        encoded.ShouldNotContain('<');
        encoded.ShouldNotContain('"');
        encoded.ShouldNotContain('\'');
        encoded.ShouldAllBe(c => !char.IsControl(c) && c != '\u202E');
        WebUtility.HtmlDecode(encoded).ShouldBe(HtmlText.Visible(text));
    });

    [Fact]
    public void Every_directional_control_of_Unicode_is_shown_and_nothing_else_of_that_block()
    {
        var shown = Enumerable.Range(0, 0x3000).Where(value => HtmlText.Visible(((char)value).ToString()).StartsWith("[U+", StringComparison.Ordinal));

        shown.ShouldBe([0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069]);
    }

    [Fact]
    public void What_stands_in_a_hole_is_encoded_and_markup_is_not_encoded_twice()
    {
        var hostile = "<b>";

        Html.Of($"<p title=\"{hostile}\">{Html.Of($"<i>{hostile}</i>")} {1234567} {0.5:0.00}</p>").ToString()
            .ShouldBe("<p title=\"&lt;b&gt;\"><i>&lt;b&gt;</i> 1,234,567 0.50</p>");
    }
}
