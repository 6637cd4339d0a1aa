using System.Diagnostics;
using CsCheck;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public class ClipTokenizerTests
{
    private static readonly ClipTokenizer HuggingFace = ClipTokenizer.Create();
    private static readonly ClipTokenizer OpenAI = ClipTokenizer.Create(ClipTokenizerKind.OpenAI);
    private static readonly ClipTokenizer[] Both = [HuggingFace, OpenAI];

    [Theory]
    [InlineData("")]
    [InlineData("  \t\r\n \u00A0\u3000")]
    public void A_caption_without_words_is_start_and_end(string caption)
    {
        foreach (var tokenizer in Both) tokenizer.Encode(caption).ShouldBe([ClipTokenizer.StartId, ClipTokenizer.EndId]);
    }

    [Theory]
    [InlineData("Café", "cafe\u0301")] // form C
    [InlineData("A  B\u00A0\tC\u2028D", "a b c d")] // white space
    [InlineData("İstanbul", "i\u0307stanbul")] // lower case of one letter in two
    [InlineData("\u212Aelvin \u212Bngström", "kelvin ångström")] // letters that form C replaces
    [InlineData("𐐀", "𐐨")] // case outside the first plane
    [InlineData("It'S we'LL", "it's we'll")]
    [InlineData("line\r\nline\rline\u2028line", "line\nline\nline\nline")]
    [InlineData("<|STARTOFTEXT|>", "<|startoftext|>")]
    public void Both_take_these_for_the_same(string one, string other)
    {
        foreach (var tokenizer in Both) tokenizer.Encode(one).ShouldBe(tokenizer.Encode(other));
    }

    [Theory]
    [InlineData("&quot;Keep Calm&quot;", "\"keep calm\"")]
    [InlineData("&amp;quot;twice&amp;quot;", "\"twice\"")]
    [InlineData("&amp;amp;amp;lt;", "<")] // ftfy goes on until nothing changes
    [InlineData("<b>&amp;lt;", "<b><")] // but not in HTML, where two levels go
    [InlineData("&eacute;&EACUTE; caf&eacute", "éé café")]
    [InlineData("&#39;s &#x27;s &#146;s", "'s 's 's")]
    [InlineData("“double” ‘single’ ʼtis", "\"double\" 'single' 'tis")]
    [InlineData("Ｆｕｌｌ　ｗｉｄｔｈ ｶﾞ", "full width ガ")]
    [InlineData("ﬁne Ǆ ĳ ŉ", "fine dž ij 'n")]
    [InlineData("\u0093C1\u0094 \u0085", "\"c1\" …")]
    [InlineData("\u001B[1;31mred\u001B[0m", "red")]
    [InlineData("ze\u0000ro\u0008 \uFEFFbom \u206Adeprecated \uFFFCobject", "zero bom deprecated object")]
    [InlineData("&#1;", "")]
    [InlineData("ΟΔΟΣ ΟΔΟΣ. ΣΑΣ Σ", "οδος οδος. σας σ")] // final sigma
    [InlineData("İ ΟΔΟΣ", "i\u0307 οδος")] // counted past a letter that grows
    [InlineData("\u0345", "")] // neither a letter nor anything else to a case-insensitive expression
    public void OpenAI_takes_these_for_the_same_and_Hugging_Face_does_not(string one, string other)
    {
        OpenAI.Encode(one).ShouldBe(OpenAI.Encode(other));
        HuggingFace.Encode(one).ShouldNotBe(HuggingFace.Encode(other));
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character()
    {
        foreach (var tokenizer in Both) tokenizer.Encode("\uDC00x\uD800").ShouldBe(tokenizer.Encode("\uFFFDx\uFFFD"));
    }

    [Fact]
    public void Hugging_Face_has_no_final_sigma() => HuggingFace.Encode("ΟΔΟΣ").ShouldBe(HuggingFace.Encode("οδοσ"));

    [Theory]
    [InlineData("!!<|startoftext|>!!", "!!", "<|startoftext|>", "!!")]
    [InlineData("!!<|endoftext|>!!", "!!", "<|endoftext|>", "!!")]
    [InlineData("<|EndOfText|>!!", "<|", "endoftext", "|>", "!!")]
    [InlineData("!<|EndOfText|>!", "!<|", "endoftext", "|>!")]
    [InlineData("don't", "don", "'t")]
    [InlineData("1889½Ⅷ", "1", "8", "8", "9", "½", "Ⅷ")]
    [InlineData("a_b", "a", "_", "b")]
    [InlineData("'ſ", "'", "ſ")]
    public void Hugging_Face_cuts(string caption, params string[] pieces) => ShouldCut(HuggingFace, caption, pieces);

    [Theory]
    [InlineData("!!<|startoftext|>!!", "!!<|", "startoftext", "|>!!")]
    [InlineData("<|endoftext|>!!", "<|endoftext|>", "!!")]
    [InlineData("<|EndOfText|>!!", "<|endoftext|>", "!!")]
    [InlineData("x'ſ", "x", "'ſ")]
    [InlineData("<b>&amp;amp;lt;", "<", "b", ">&", "lt", ";")]
    public void OpenAI_cuts(string caption, params string[] pieces) => ShouldCut(OpenAI, caption, pieces);

    [Fact]
    public void Any_string_begins_with_start_and_ends_with_end_and_is_counted() => CaptionGen.Odd.Sample(caption =>
    {
        foreach (var tokenizer in Both)
        {
            var ids = tokenizer.Encode(caption);
            ids[0].ShouldBe(ClipTokenizer.StartId);
            ids[^1].ShouldBe(ClipTokenizer.EndId);
            ids.ShouldAllBe(id => id >= 0 && id <= ClipTokenizer.EndId);
            tokenizer.Count(caption).ShouldBe(ids.Count);
        }
    });

    [Fact]
    public void A_long_caption_is_its_parts() => CaptionGen.Odd.Select(Plain).Array[40, 60].Sample(parts =>
    {
        foreach (var tokenizer in Both)
            tokenizer.Encode(string.Join(' ', parts)).ShouldBe(
                [ClipTokenizer.StartId, .. parts.SelectMany(part => tokenizer.Encode(part).ToArray()[1..^1]), ClipTokenizer.EndId]);
    }, iter: 100);

    [Fact]
    public void Words_too_long_for_the_library_are_merged_as_it_merges_short_ones()
    {
        var encoder = new LongWordEncoder();
        var word = Gen.OneOf(Gen.Char['a', 'z'].Array[1, 250].Select(letters => new string(letters)), Gen.OneOf("an", "in", "the", "é", "梵", "ß").Array[1, 80].Select(string.Concat));
        word.Sample(text =>
        {
            var ids = new List<int>();
            encoder.Encode(text, ids);
            ids.ShouldBe(HuggingFace.Encode(text).ToArray()[1..^1]);
        });
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("!")]
    [InlineData("\0")]
    [InlineData("\uFFFD")]
    [InlineData("\uFFFE")]
    [InlineData("\u0301\u0316")]
    [InlineData("<")]
    [InlineData("&amp;")]
    [InlineData("amp;")]
    [InlineData("\u001B[1")]
    [InlineData(".Σ")]
    [InlineData("👩‍🚀")]
    public void The_longest_caption_seen_takes_no_quadratic_time_whatever_it_repeats(string unit)
    {
        var caption = "&" + string.Concat(Enumerable.Repeat(unit, 61_192 / unit.Length));
        var watch = Stopwatch.StartNew();
        foreach (var tokenizer in Both) tokenizer.Count(caption).ShouldBeGreaterThan(1);
        // 0.2 s alone for both; the library's own merge takes 20 s for "\uFFFD", ICU's ordering 5.4 s for marks in two heaps.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void An_ASCII_caption_of_75_bytes_has_at_most_77_ids() =>
        Gen.Char['\0', '\u007F'].Array[0, 75].Select(chars => new string(chars)).Sample(caption => HuggingFace.Count(caption).ShouldBeLessThanOrEqualTo(77));

    [Fact]
    public void Many_threads_get_the_same_ids()
    {
        var captions = Enumerable.Range(0, 2_000).Select(i => $"van gogh number {i} w{i * 7919}x").ToArray();
        var tokenizer = ClipTokenizer.Create();
        var parallel = new int[captions.Length][];
        Parallel.For(0, captions.Length, i => parallel[i] = [.. tokenizer.Encode(captions[i])]);
        for (var i = 0; i < captions.Length; i++) parallel[i].ShouldBe(HuggingFace.Encode(captions[i]));
    }

    private static void ShouldCut(ClipTokenizer tokenizer, string caption, string[] pieces) => tokenizer.Encode(caption)
        .ShouldBe([ClipTokenizer.StartId, .. pieces.SelectMany(piece => tokenizer.Encode(piece).ToArray()[1..^1]), ClipTokenizer.EndId]);

    // Nothing that reaches over its own end: line breaks and "<" change what ftfy does to the rest, a mark joins what is before it.
    private static string Plain(string text) => string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '!' or '\'' or '梵'));
}
