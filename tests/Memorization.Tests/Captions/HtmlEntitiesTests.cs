using System.Net;
using System.Text;
using CsCheck;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public class HtmlEntitiesTests
{
    private static readonly string[] Names = [.. CompressedLines.Read("html-entities.txt.gz").Select(line => line.Split(' ')[0])];

    [Fact]
    public void The_names_that_dotnet_knows_mean_the_same()
    {
        var known = Names.Where(name => name.EndsWith(';') && WebUtility.HtmlDecode($"&{name}") != $"&{name}").ToArray();
        known.Length.ShouldBe(253);
        // HTML 5 moved the two angle brackets to other characters than HTML 4's, which .NET has.
        foreach (var name in known.Except(["lang;", "rang;"])) HtmlEntities.Unescape($"&{name}").ShouldBe(WebUtility.HtmlDecode($"&{name}"));
    }

    [Fact]
    public void A_number_means_its_code_point_in_decimal_and_in_hexadecimal() => Gen.Int[' ', 0x10FFFF]
        .Where(n => n is not (>= 0x7F and <= 0x9F or >= 0xD800 and <= 0xDFFF or >= 0xFDD0 and <= 0xFDEF) && (n & 0xFFFE) != 0xFFFE)
        .Sample(n =>
        {
            var character = char.ConvertFromUtf32(n);
            HtmlEntities.Unescape($"&#{n};&#{n} &#x{n:x};&#X{n:X}!").ShouldBe($"{character}{character} {character}{character}!");
        });

    [Fact]
    public void The_control_characters_of_C1_mean_Windows_1252()
    {
        var windows = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
        for (var n = 0x80; n < 0xA0; n++) HtmlEntities.Unescape($"&#{n};").ShouldBe(windows.GetString([(byte)n]));
    }

    // From the HTML standard: the longest name wins, some need no semicolon, and what is no reference stays.
    [Theory]
    [InlineData("I'm &notit; I tell you", "I'm ¬it; I tell you")]
    [InlineData("I'm &notin; I tell you", "I'm ∉ I tell you")]
    [InlineData("&amp;amp;", "&amp;")]
    [InlineData("AT&T, R&D & Q&A, &;&#;&#x;&#xg;&unknown;", "AT&T, R&D & Q&A, &;&#;&#x;&#xg;&unknown;")]
    [InlineData("&CounterClockwiseContourIntegral;", "∳")]
    [InlineData("&#0;&#xD800;&#1114112;&#99999999999999999999;", "\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("a&#1;b&#127;c&#xFFFE;", "abc")]
    [InlineData("&nGt;&Afr;", "≫\u20D2𝔄")]
    [InlineData("&", "&")]
    public void References_are_undone_as_browsers_do(string escaped, string text) => HtmlEntities.Unescape(escaped).ShouldBe(text);

    [Theory]
    [InlineData("&NTILDE;&EACUTE;", "ÑÉ")]
    [InlineData("&LT;&AMP", "<&AMP")]
    [InlineData("&eacute &#39 &#59;", "&eacute &#39 &#59;")]
    [InlineData("&#39;&#x27;&hellip;", "''…")]
    public void Ftfy_wants_the_semicolon(string escaped, string text) => HtmlEntities.UnescapeStrict(escaped).ShouldBe(text);

    [Fact]
    public void What_is_escaped_comes_back() =>
        CaptionGen.Valid.Sample(text => HtmlEntities.Unescape(text.Replace("&", "&amp;", StringComparison.Ordinal)).ShouldBe(text));

    [Fact]
    public void Only_names_in_f_and_i_bring_letters_of_ASCII() => Names
        .Where(name => CaptionWords.Canonical($"&{name}").Any(char.IsAsciiLetterOrDigit))
        .ShouldBe(["Idot;", "fjlig;", "imath;", "inodot;"], ignoreOrder: true);
}
