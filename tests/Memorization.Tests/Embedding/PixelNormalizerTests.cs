using Memorization.Embedding;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Embedding;

public class PixelNormalizerTests
{
    [Fact]
    public void Every_value_of_every_channel_follows_the_formula()
    {
        var options = new ModelOptions();
        var rgb = Enumerable.Range(0, 256).SelectMany(i => new[] { (byte)i, (byte)(255 - i), (byte)(i ^ 85) }).ToArray();
        var planes = new float[rgb.Length];
        new PixelNormalizer(options.Mean, options.Std).Normalize(rgb, planes);
        for (var channel = 0; channel < 3; channel++)
            for (var i = 0; i < 256; i++)
                ((double)planes[channel * 256 + i]).ShouldBe((rgb[3 * i + channel] / 255.0 - options.Mean[channel]) / options.Std[channel], 2e-7);
    }

    [Theory]
    [InlineData(new[] { 0.5, 0.5 }, new[] { 0.5, 0.5, 0.5 })]
    [InlineData(new[] { 0.5, 0.5, 0.5 }, new[] { 0.5, 0.0, 0.5 })]
    [InlineData(new[] { 0.5, 0.5, double.NaN }, new[] { 0.5, 0.5, 0.5 })]
    public void Means_and_deviations_that_cannot_be_are_refused(double[] mean, double[] std) =>
        Should.Throw<InvalidDataException>(() => new PixelNormalizer(mean, std)).Message.ShouldContain("model.std");
}
