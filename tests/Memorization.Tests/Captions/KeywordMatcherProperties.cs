using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public class KeywordMatcherProperties
{
    private static readonly string[] Keywords =
        ["van gogh", "gogh", "van", "kiss", "s", "i", "a", "n", "dürer", "ä", "é", "fj", "istanbul", "梵高", "の", "ゴッホ", "ไทย", "한", "1889", "σ", "ß", "𐐨"];

    private static readonly Gen<string[]> Sets = Gen.OneOf(Keywords).Array[1, 3];

    [Fact]
    public void What_matches_may_match() => Gen.Select(Sets, CaptionGen.Valid).Sample((sets, caption) =>
    {
        var matcher = new KeywordMatcher(sets);
        if (matcher.Matches(caption)) matcher.MayMatch(Encoding.UTF8.GetBytes(caption)).ShouldBeTrue();
    });

    [Fact]
    public void The_scan_answers_exactly_for_the_canonical_caption() => Gen.Select(Sets, CaptionGen.Valid).Sample((sets, caption) =>
    {
        var canonical = CaptionWords.Canonical(caption);
        var expected = sets.Any(set => set.Split(' ').All(word => canonical.Contains(word, StringComparison.Ordinal)));
        new KeywordMatcher([.. sets.Select(Capitals)]).MayMatch(Encoding.UTF8.GetBytes(caption)).ShouldBe(expected);
    });

    [Fact]
    public void Any_bytes_have_an_answer() => Gen.Byte.Array[0, 80].Sample(bytes =>
        new KeywordMatcher(["a", "é"]).MayMatch(bytes).ShouldBe(
            CaptionWords.Canonical(Encoding.UTF8.GetString(bytes)).AsSpan().ContainsAny('a', 'é')));

    [Fact]
    public void Plain_captions_match_as_a_regular_expression_says()
    {
        string[] fragments = ["van", "gogh", "VAN", "Gogh", "goghs", "vangogh", " ", "-", "_", "'s", ".", "2", "é", "\u0323", "ñ", "—", "x"];
        Gen.OneOf(fragments).Array[0, 10].Select(string.Concat).Sample(caption =>
        {
            var text = caption.Normalize(NormalizationForm.FormC);
            var expected = new[] { "van", "gogh" }.All(word => Regex.IsMatch(
                text, $@"(?<![\p{{L}}\p{{M}}\p{{N}}]){word}(?![\p{{L}}\p{{M}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));
            new KeywordMatcher(["van gogh"]).Matches(caption).ShouldBe(expected);
        });
    }

    [Fact]
    public void Only_four_characters_bring_letters_of_ASCII()
    {
        // KeywordMatcher looks for these by their bytes; a new Unicode version may add to them.
        var found = new List<string>();
        for (var n = 0x80; n <= 0x10FFFF; n++)
        {
            if (!Rune.TryCreate(n, out var rune)) continue;
            if (CaptionWords.Canonical(rune.ToString()).Any(char.IsAsciiLetterOrDigit)) found.Add(rune.ToString());
        }

        found.ShouldBe(["İ", "ı", "ſ", "\u212A"]);
    }

    [Fact]
    public void No_mark_between_letters_of_ASCII_vanishes()
    {
        for (var n = 0x80; n <= 0x10FFFF; n++)
        {
            if (!Rune.TryCreate(n, out var rune) || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark)) continue;
            for (var letter = 'a'; letter <= 'z'; letter++)
                CaptionWords.Canonical($"{letter}{rune}z").ShouldNotBe($"{letter}z");
        }
    }

    [Fact]
    public void Every_word_of_a_caption_is_a_keyword_that_it_matches() => CaptionGen.Valid.Sample(caption =>
    {
        foreach (var word in CaptionWords.Of(caption)) new KeywordMatcher([word]).Matches(caption).ShouldBeTrue(word);
    });

    private static string Capitals(string keyword) => keyword.ToUpperInvariant();
}
