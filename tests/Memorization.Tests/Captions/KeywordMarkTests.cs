using CsCheck;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public sealed class KeywordMarkTests
{
    [Theory]
    [InlineData("Vincent VAN Gogh's almond", "Vincent [VAN] [Gogh]'s almond")]
    [InlineData("vanity, van Gogh", "vanity, [van] [Gogh]")]
    [InlineData("Van&#32;G&ouml;gh van gogh &amp; co", "[Van] Gögh [van] [gogh] & co")]
    [InlineData("a van by the road", "a van by the road")]
    [InlineData("sunflower by van gogh", "[sunflower] by [van] [gogh]")]
    [InlineData("", "")]
    public void The_words_of_the_sets_that_match_are_marked_where_the_matcher_sees_them(string caption, string marked) =>
        Text(new KeywordMatcher(["van gogh", "sunflower"]).Mark(caption)).ShouldBe(marked);

    [Fact]
    public void Overlapping_sets_mark_a_word_once() => Text(new KeywordMatcher(["van gogh", "van"]).Mark("van gogh")).ShouldBe("[van] [gogh]");

    [Fact]
    public void A_caption_is_marked_if_and_only_if_it_matches_and_no_character_is_lost() => CaptionGen.Odd.Sample(caption =>
    {
        var matcher = new KeywordMatcher(["van gogh", "dürer", "梵"]);

        var parts = matcher.Mark(caption);

        parts.Any(part => part.IsKeyword).ShouldBe(matcher.Matches(caption));
        string.Concat(parts.Select(part => part.Text)).ShouldBeOneOf(UnicodeText.Nfc(HtmlEntities.Unescape(caption)), CaptionWords.Canonical(caption));
    });

    private static string Text(IEnumerable<CaptionPart> parts) => string.Concat(parts.Select(part => part.IsKeyword ? $"[{part.Text}]" : part.Text));
}
