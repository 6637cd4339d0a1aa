using System.Text;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public class KeywordMatcherTests
{
    [Theory]
    [InlineData("van gogh", "Vincent VAN GOGH, The Starry Night")]
    [InlineData("van gogh", "Gogh, Vincent van")] // any order
    [InlineData("van gogh", "van Gogh's bedroom")]
    [InlineData("van gogh", "VAN GOGH’S")]
    [InlineData("van gogh", "&quot;Van Gogh&quot; &amp; friends")]
    [InlineData("van gogh", "van&nbsp;gogh")]
    [InlineData("van gogh", "v&#97;n g&#x6F;gh")]
    [InlineData("van gogh", "van_gogh_starry-night.jpg")] // an underscore separates
    [InlineData("van gogh", "❤\uFE0Fvan gogh❤\uFE0F")]
    [InlineData("van gogh", "\uFF08van gogh\uFF09")]
    [InlineData("Van Gogh's", "gogh van")]
    [InlineData("orsay", "Musée d'Orsay")]
    [InlineData("kiss", "KI\u017FS")]
    [InlineData("kiss", "\u212Aiss")]
    [InlineData("kiss", "K&#x17F;is &#8490;I&#383;S")]
    [InlineData("dürer", "DÜRER")]
    [InlineData("dürer", "Du\u0308rer")]
    [InlineData("du\u0308rer", "D&Uuml;rer")]
    [InlineData("ΟΔΟΣ", "οδος")]
    [InlineData("istanbul", "İSTANBUL")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("diyarbakır", "DIYARBAKIR")]
    [InlineData("梵高", "梵高的星空")]
    [InlineData("ゴッホ", "フィンセント・ファン・ゴッホの星月夜")]
    [InlineData("1889", "Starry Night (1889)")]
    public void Whole_words_match(string keyword, string caption)
    {
        new KeywordMatcher([keyword]).Matches(caption).ShouldBeTrue();
        new KeywordMatcher([keyword]).MayMatch(Encoding.UTF8.GetBytes(caption)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("van gogh", "VanGogh")]
    [InlineData("van gogh", "caravan gogh")]
    [InlineData("van gogh", "van goghs")]
    [InlineData("van gogh", "van gogh2")]
    [InlineData("van gogh", "van gogh\u0301")] // a mark makes it another letter
    [InlineData("ゴ", "ゴ\u3099van")]
    public void Letters_inside_longer_words_only_may_match(string keyword, string caption)
    {
        new KeywordMatcher([keyword]).Matches(caption).ShouldBeFalse();
    }

    [Theory]
    [InlineData("van gogh", "VanGogh", true)]
    [InlineData("van gogh", "caravan goghs", true)]
    [InlineData("van gogh", "van", false)]
    [InlineData("van gogh", "van go&shy;gh", false)]
    [InlineData("van gogh", "van go&#1;gh", true)]
    [InlineData("amp", "R&amp;D", false)] // the raw bytes have it, the caption has not
    [InlineData("gogh", "go\u0301gh", false)]
    [InlineData("fjord", "&fjlig;ord", true)]
    [InlineData("café", "caf&eacute;s", true)]
    [InlineData("café", "cafe", false)]
    [InlineData("梵高", "梵 高", false)]
    [InlineData("梵高", "Vincent", false)]
    [InlineData("0", "\u0010", false)] // the bit that makes letters small makes this a 0
    public void The_scans_question_is_for_letters_wherever_they_stand(string keyword, string caption, bool may) =>
        new KeywordMatcher([keyword]).MayMatch(Encoding.UTF8.GetBytes(caption)).ShouldBe(may);

    [Fact]
    public void One_set_is_enough_and_needs_all_its_words()
    {
        var matcher = new KeywordMatcher(["van gogh", "almond blossoming"]);
        matcher.Matches("Blossoming almond tree").ShouldBeTrue();
        matcher.Matches("van almond").ShouldBeFalse();
        matcher.MayMatch("van almond"u8).ShouldBeFalse();
    }

    [Fact]
    public void Without_keywords_every_caption_matches()
    {
        new KeywordMatcher([]).Matches("").ShouldBeTrue();
        new KeywordMatcher([]).MayMatch(""u8).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("&!")]
    public void A_keyword_without_a_word_is_refused_by_name(string keyword) =>
        Should.Throw<ArgumentException>(() => new KeywordMatcher(["van gogh", keyword])).Message.ShouldContain($"\"{keyword}\"");

    [Fact]
    public void A_miss_allocates_nothing()
    {
        var matcher = new KeywordMatcher(["van gogh", "starry night"]);
        var caption = Encoding.UTF8.GetBytes("Café & bar – the “best” view of the caravan &amp; the night, 30 × 40 cm, Öl auf Leinwand");
        Misses(10).ShouldBe(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var misses = Misses(1000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        misses.ShouldBe(1000);

        int Misses(int times)
        {
            var count = 0;
            for (var i = 0; i < times; i++) count += matcher.MayMatch(caption) ? 0 : 1;
            return count;
        }
    }

    [Fact]
    public void A_long_caption_is_searched_to_its_end()
    {
        var matcher = new KeywordMatcher(["van gogh"]);
        for (var length = 0; length < 3000; length += 7)
        {
            var caption = new string('x', length) + " van gogh";
            matcher.MayMatch(Encoding.UTF8.GetBytes(caption)).ShouldBeTrue();
            matcher.MayMatch(Encoding.UTF8.GetBytes(caption[..^1])).ShouldBeFalse();
        }
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_not_fatal()
    {
        new KeywordMatcher(["van"]).MayMatch([0xFF, (byte)'v', (byte)'a', (byte)'n', 0xE2, 0x84]).ShouldBeTrue();
    }
}
