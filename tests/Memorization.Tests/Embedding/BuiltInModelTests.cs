using CsCheck;
using Memorization.Embedding;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Embedding;

public sealed class BuiltInModelTests : IDisposable
{
    private readonly ImageEncoder _encoder = ImageEncoder.Open(new ModelOptions { BatchSize = 1, Threads = 1 });
    private readonly EncoderBatch _batch;

    public BuiltInModelTests() => _batch = _encoder.AllocateBatch();

    public void Dispose()
    {
        _batch.Dispose();
        _encoder.Dispose();
    }

    [Fact]
    public void Its_graph_is_always_the_same_bytes() => BuiltInModel.Graph().ShouldBe(BuiltInModel.Graph());

    [Fact]
    public void Its_description_says_what_it_cannot_do() => _encoder.Model.Description.ShouldContain("finds copies");

    [Fact]
    public void Its_answers_have_length_1()
    {
        Embed(Photos.Made(1));
        Math.Sqrt(_batch.Embedding(0).ToArray().Sum(x => (double)x * x)).ShouldBe(1, 1e-6);
    }

    [Fact]
    public void An_image_of_a_single_colour_has_a_direction() =>
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte).Sample((red, green, blue) => Embed(Flat(red, green, blue)).ShouldNotBeEmpty(), iter: 50);

    [Fact]
    public void Images_of_different_single_colours_are_not_copies()
    {
        Photos.Cosine(Embed(Flat(0, 0, 0)), Embed(Flat(255, 255, 255))).ShouldBeLessThan(0);
        Photos.Cosine(Embed(Flat(220, 20, 20)), Embed(Flat(20, 20, 220))).ShouldBeLessThan(_encoder.Model.DefaultThreshold);
    }

    [Fact]
    public void A_copy_of_less_contrast_is_still_a_copy()
    {
        var rgb = Photos.Made(2);
        Photos.Cosine(Embed(rgb), Embed([.. rgb.Select(value => (byte)(60 + value / 2))])).ShouldBeGreaterThan(0.99);
    }

    [Fact]
    public void Resized_copies_of_a_photograph_lie_above_the_threshold_and_other_photographs_below()
    {
        var files = Photos.Files(40);
        var originals = files.Select(file => Embed(Photos.Read(file))).ToArray();
        for (var i = 0; i < files.Length; i++)
        {
            Photos.Cosine(originals[i], Embed(Photos.Read(files[i], copySide: 100))).ShouldBeGreaterThan(_encoder.Model.DefaultThreshold, files[i]);
            for (var other = 0; other < i; other++) Photos.Cosine(originals[i], originals[other]).ShouldBeLessThan(0.9, $"{files[i]} and {files[other]}");
        }
    }

    private Half[] Embed(byte[] rgb)
    {
        _batch.Put(0, rgb);
        _batch.Run();
        return UnitVector.From(_batch.Embedding(0), out _);
    }

    private static byte[] Flat(byte red, byte green, byte blue)
    {
        var rgb = new byte[Photos.PixelBytes];
        for (var i = 0; i < rgb.Length; i += 3) (rgb[i], rgb[i + 1], rgb[i + 2]) = (red, green, blue);
        return rgb;
    }
}
