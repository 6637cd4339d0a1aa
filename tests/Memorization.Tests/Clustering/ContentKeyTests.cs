using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class ContentKeyTests
{
    private static readonly Gen<byte[]> Hashes = Gen.Byte.Array[32];

    [Fact]
    public void A_key_is_written_and_read_as_the_digits_of_its_bytes() => Hashes.Sample(hash =>
    {
        var key = ContentKey.FromBytes(hash);
        key.ToString().ShouldBe(Convert.ToHexStringLower(hash));
        ContentKey.Parse(Convert.ToHexString(hash)).ShouldBe(key);
    });

    [Fact]
    public void Keys_are_ordered_as_their_digits() =>
        Gen.Select(Gen.Byte[0, 1].Array[32], Gen.Byte[0, 1].Array[32], Gen.Int[0, 32]).Sample((one, other, same) =>
        {
            one.AsSpan(0, same).CopyTo(other);
            var (x, y) = (ContentKey.FromBytes(one), ContentKey.FromBytes(other));
            var order = Math.Sign(string.CompareOrdinal(x.ToString(), y.ToString()));
            Math.Sign(x.CompareTo(y)).ShouldBe(order);
            new[] { x < y, x > y, x <= y, x >= y, x == y }.ShouldBe([order < 0, order > 0, order <= 0, order >= 0, order == 0]);
        });

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg")]
    [InlineData(" 123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0")]
    public void Anything_else_is_refused(string digits) =>
        Should.Throw<FormatException>(() => ContentKey.Parse(digits)).Message.ShouldContain($"\"{digits}\"");

    [Fact]
    public void Bytes_of_another_length_are_refused() =>
        Should.Throw<ArgumentException>(() => ContentKey.FromBytes(new byte[31])).Message.ShouldContain("31");
}
