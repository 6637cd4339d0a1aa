using System.Text;
using CsCheck;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public class CandidateSearchTests
{
    private static readonly string[] Keywords =
        ["van gogh", "gogh", "claude monet", "girl pearl earring", "astronaut", "kiss", "s", "i", "fj", "istanbul", "dürer", "é", "梵高", "1889", "a b", "z"];

    private static readonly Gen<string> Piece = Gen.OneOf(
        CaptionGen.Valid,
        Gen.OneOf<string>("van", "gogh", "GOGH", "monet", "earring", "astronaut", "&#103;", "&#x47;ogh", "&#39;", "go&#1;gh", "İ", "ſ", "\u212A", "&fjlig;", "1889", " ", "gog", "ogh", "梵高"));

    /// <summary>The law of the scan: whatever page a caption lies in, one that may match has a candidate inside it.</summary>
    [Fact]
    public void No_caption_that_may_match_is_without_a_candidate_in_its_page() =>
        Gen.Select(Gen.OneOf(Keywords).Array[1, 12], Piece.Array[1, 6].Select(string.Concat).Array[1, 12]).Sample((keywords, captions) =>
        {
            var matcher = new KeywordMatcher(keywords);
            var page = new List<byte>();
            var places = captions.Select(caption =>
            {
                var utf8 = Encoding.UTF8.GetBytes(caption);
                page.AddRange(BitConverter.GetBytes(utf8.Length));
                page.AddRange(utf8);
                return (Utf8: utf8, Start: page.Count - utf8.Length);
            }).ToList();
            var bytes = page.ToArray();

            foreach (var (utf8, start) in places.Where(place => matcher.MayMatch(place.Utf8)))
                matcher.IndexOfCandidate(bytes.AsSpan(start)).ShouldBeInRange(0, utf8.Length - 1);
        });

    [Fact]
    public void An_anchor_is_found_at_every_place_of_a_page_and_beside_every_end()
    {
        var search = new CandidateSearch(["astronaut"u8.ToArray(), "gogh"u8.ToArray(), "x"u8.ToArray()]);
        foreach (var anchor in new[] { "AstroNaut", "gogh", "X" })
        {
            for (var length = anchor.Length; length < 70; length++)
            {
                for (var start = 0; start <= length - anchor.Length; start++)
                {
                    var page = Enumerable.Repeat((byte)'-', length).ToArray();
                    Encoding.ASCII.GetBytes(anchor).CopyTo(page, start);
                    search.IndexIn(page).ShouldBe(start);
                }
            }
        }
    }

    [Theory]
    [InlineData("it&#39;s &#233; &#8217; &amp;", -1)]
    [InlineData("&#103;", 0)]
    [InlineData("-&#X47;", 1)]
    [InlineData("&#1;", 0)]
    [InlineData("&#99999999999999999999;", 0)]
    [InlineData("&#", -1)]
    [InlineData("&#x", -1)]
    public void A_reference_by_number_counts_only_if_it_can_make_a_letter_of_ASCII_or_vanish(string text, int place) =>
        new CandidateSearch(["gogh"u8.ToArray()]).IndexIn(Encoding.UTF8.GetBytes(text)).ShouldBe(place);

    [Fact]
    public void A_letter_that_no_anchor_has_is_not_looked_for()
    {
        new CandidateSearch(["gogh"u8.ToArray()]).IndexIn("İıſ\u212A&fjlig;"u8).ShouldBe(-1);
        new CandidateSearch(["kiss"u8.ToArray()]).IndexIn("--ſ"u8).ShouldBe(2);
    }
}
