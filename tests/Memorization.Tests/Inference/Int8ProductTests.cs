using CsCheck;
using Memorization.Inference;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Inference;

public class Int8ProductTests
{
    [Fact]
    public void Sums_are_exact_if_the_processor_is_said_to_be_and_only_then()
    {
        using var product = new Int8Product();
        var wrong = 0;
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 70], Gen.Byte, Gen.Int[0, 1_000_000]).Sample(
            (rows, columns, width, zero, seed) =>
            {
                var random = new Random(seed);
                var a = new byte[rows * width];
                var b = new sbyte[width * columns];
                random.NextBytes(a);
                foreach (ref var value in b.AsSpan()) value = (sbyte)random.Next(sbyte.MinValue, sbyte.MaxValue + 1);
                var sums = new int[rows * columns];
                product.Multiply(a, zero, b, sums, width);
                for (var i = 0; i < sums.Length; i++)
                    if (sums[i] != Enumerable.Range(0, width).Sum(k => (a[i / columns * width + k] - zero) * b[k * columns + i % columns])) wrong++;
            },
            iter: 100,
            threads: 1);

        Int8Product.IsExact.ShouldBe(wrong == 0);
    }
}
