using System.Text;
using CsCheck;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public class UnicodeTextTests
{
    [Fact]
    public void A_long_text_is_normalised_as_in_one_piece() => Gen.Select(CaptionGen.Valid.Array[50, 250].Select(string.Concat), Gen.Int[0, 3])
        .Select((text, shift) => new string('x', shift) + text.Replace("\uFFFE", "", StringComparison.Ordinal))
        .Sample(text => UnicodeText.Nfc(text).ShouldBe(text.Normalize(NormalizationForm.FormC)), iter: 300);

    [Theory]
    [InlineData("e\u0301")]
    [InlineData("\u1112\u1161\u11AB")]
    [InlineData("👩\u200D🚀")]
    [InlineData("\U000110A5\U000110BA")] // two code points outside the first plane that become one
    public void A_piece_ends_nowhere_inside(string cluster)
    {
        for (var shift = 0; shift < 4; shift++)
        {
            var text = new string('x', shift) + string.Concat(Enumerable.Repeat(cluster, 3000));
            UnicodeText.Nfc(text).ShouldBe(text.Normalize(NormalizationForm.FormC));
        }
    }

    [Fact]
    public void The_noncharacter_that_dotnet_refuses_stays() => UnicodeText.Nfc("e\u0301\uFFFEe\u0301").ShouldBe("é\uFFFEé");

    [Fact]
    public void Marks_without_end_keep_their_number() =>
        UnicodeText.Nfc(string.Concat(Enumerable.Repeat("\U0001D165\u0301", 20_000))).Length.ShouldBe(60_000);
}
