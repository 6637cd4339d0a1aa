using CsCheck;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store;

/// <summary>A set of keys is a set, whatever the keys are.</summary>
public sealed class KeySetTests
{
    // Zero, few bits low or high, or any: made keys need not look like hashes.
    private static readonly Gen<UInt128> Key = Gen.OneOf(
        Gen.Int[0, 40].Select(low => (UInt128)low),
        Gen.Int[0, 40].Select(high => (UInt128)high << 123),
        Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new UInt128(high, low)));

    [Fact]
    public void It_says_what_a_HashSet_says() => Gen.Select(Key, Gen.Bool).Array[0, 3000].Sample(steps =>
    {
        var (set, model) = (new KeySet(), new HashSet<UInt128>());
        foreach (var (key, isAdded) in steps)
        {
            if (isAdded) set.Add(key).ShouldBe(model.Add(key));
            else set.Contains(key).ShouldBe(model.Contains(key));
        }

        foreach (var (key, _) in steps) set.Contains(key).ShouldBe(model.Contains(key));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(64)]
    [InlineData(100)]
    public void Many_keys_that_differ_in_a_few_bits_only_are_all_there(int shift)
    {
        var set = new KeySet();
        for (var i = 1; i <= 200_000; i++) set.Add((UInt128)i << shift).ShouldBeTrue();
        for (var i = 1; i <= 200_000; i++) set.Contains((UInt128)i << shift).ShouldBeTrue();
        set.Contains((UInt128)200_001 << shift).ShouldBeFalse();
    }
}
