using CsCheck;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public class CaptionWordsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("…—❤\uFE0F 👩‍🚀&nbsp;!")]
    [InlineData("Vincent van Gogh – The Starry Night, 1889", "vincent", "van", "gogh", "the", "starry", "night", "1889")]
    [InlineData("&quot;Keep Calm&quot; &amp; Carry On", "keep", "calm", "carry", "on")]
    [InlineData("van Gogh's gogh’s Goghʼs", "van", "gogh", "gogh", "gogh")] // a possessive s is no word
    [InlineData("s 's don't 1890's", "s", "s", "don", "t", "1890")]
    [InlineData("van_gogh van-gogh 24x36\"", "van", "gogh", "van", "gogh", "24x36")]
    [InlineData("Cafe\u0301 CAFÉ", "café", "café")]
    [InlineData("Straße STRAẞE", "straße", "straße")]
    [InlineData("梵高的星空 Van", "梵", "高", "的", "星", "空", "van")]
    [InlineData("한글 Дом שלום", "한글", "дом", "שלום")]
    [InlineData("\U00020000\U00020001𝔘𝔘", "\U00020000", "\U00020001", "𝔘𝔘")]
    public void A_caption_falls_into(string caption, params string[] words) => CaptionWords.Of(caption).ShouldBe(words);

    [Fact]
    public void Words_of_words_are_the_same_words() => CaptionGen.Odd.Sample(caption =>
    {
        var words = CaptionWords.Of(caption);
        CaptionWords.Of(string.Join(' ', words)).ShouldBe(words);
    });

    // References have case; and U+0345 is a mark whose capital is a letter, so that it composes otherwise.
    [Fact]
    public void Case_makes_no_difference() => CaptionGen.Valid.Where(caption => !caption.AsSpan().ContainsAny('&', '\u0345')).Sample(caption =>
        CaptionWords.Of(caption.ToUpperInvariant()).ShouldBe(CaptionWords.Of(caption)));
}
