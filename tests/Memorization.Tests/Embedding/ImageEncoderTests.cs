using Google.Protobuf;
using Memorization.Embedding;
using Memorization.Inference;
using Memorization.Inference.Onnx;
using Shouldly;
using Xunit;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Tests.Embedding;

public class ImageEncoderTests
{
    [Fact]
    public void An_encoder_with_byte_input_gets_the_pixels_as_they_are()
    {
        using var encoder = EncoderGraphs.Open(EncoderGraphs.ByteMeans(EncoderGraphs.Nhwc));
        encoder.Model.Dimension.ShouldBe(3);
        Means(encoder).ShouldBe([10, 20, 40]);
    }

    [Fact]
    public void An_encoder_with_float_input_gets_them_normalised_in_planes()
    {
        ModelOptions options = new() { Mean = [0.1, 0.2, 0.3], Std = [0.5, 0.25, 2] };
        using var encoder = EncoderGraphs.Open(EncoderGraphs.FloatMeans(EncoderGraphs.Nchw), options);
        var means = Means(encoder);
        for (var channel = 0; channel < 3; channel++)
            ((double)means[channel]).ShouldBe((new[] { 10, 20, 40 }[channel] / 255.0 - options.Mean[channel]) / options.Std[channel], 1e-3);
    }

    [Fact]
    public void Symbolic_dims_fit_anything()
    {
        using var encoder = EncoderGraphs.Open(EncoderGraphs.FloatMeans("image_batch_size", "num_channels", "height", "width"));
        encoder.Model.Dimension.ShouldBe(3);
    }

    [Fact]
    public void An_encoder_with_a_fixed_batch_keeps_it()
    {
        using var encoder = EncoderGraphs.Open(EncoderGraphs.ByteMeans(1, 224, 224, 3), new ModelOptions { BatchSize = 32 });
        encoder.BatchSize.ShouldBe(1);
        Means(encoder).ShouldBe([10, 20, 40]);
    }

    [Fact]
    public void An_encoder_that_scales_whole_batches_gets_one_image_at_a_time()
    {
        var model = EncoderGraphs.Build(ElementType.Float, EncoderGraphs.Nchw, (graph, pixels) =>
        {
            graph.Node("DynamicQuantizeLinear", [pixels]);
            graph.Output("embedding", graph.Reshape(graph.ReduceMean(pixels, 2, 3), 0, 3), "batch", 3);
        });
        var proto = ModelProto.Parser.ParseFrom(model);
        proto.Graph.Node[0].Output.Add(["scale", "zero"]);
        using var encoder = EncoderGraphs.Open(proto.ToByteArray());
        encoder.BatchSize.ShouldBe(1);
    }

    [Fact]
    public void Of_several_outputs_the_one_named_image_embeds_is_taken()
    {
        var model = EncoderGraphs.Build(ElementType.Float, EncoderGraphs.Nchw, (graph, pixels) =>
        {
            var means = graph.Reshape(graph.ReduceMean(pixels, 2, 3), 0, 3);
            graph.Output("pooled", graph.Slice(means, 1, 0, 2), "batch", 2);
            graph.Output("image_embeds", means, "batch", 3);
        });
        using var encoder = EncoderGraphs.Open(model);
        encoder.Model.Dimension.ShouldBe(3);
    }

    [Fact]
    public void Outputs_among_which_there_is_no_embedding_are_listed()
    {
        var model = EncoderGraphs.Build(ElementType.Float, EncoderGraphs.Nchw, (graph, pixels) => graph.Output("features", pixels, "batch", 3, 224, 224));
        Should.Throw<InvalidDataException>(() => EncoderGraphs.Open(model)).Message.ShouldContain("features: Float (batch, 3, 224, 224)");
    }

    [Fact]
    public void An_input_of_another_layout_is_named()
    {
        var model = EncoderGraphs.Build(ElementType.Float, ["batch", 3, 336, 224], (graph, pixels) => graph.Output("y", graph.ReduceMean(pixels, 2, 3), "batch", 3, 1, 1));
        Should.Throw<InvalidDataException>(() => EncoderGraphs.Open(model)).Message.ShouldContain("its input is pixel_values: Float (batch, 3, 336, 224)");
    }

    [Fact]
    public void A_model_says_of_how_many_pixels_its_images_are()
    {
        using var encoder = EncoderGraphs.Open(EncoderGraphs.FloatMeans("batch", 3, 336, 336), new ModelOptions { Mean = [0, 0, 0], Std = [1, 1, 1] });
        encoder.Model.Side.ShouldBe(336);
        var pixels = new byte[336 * 336 * 3];
        for (var i = 0; i < pixels.Length; i += 3) pixels[i] = 255;
        encoder.Embed([pixels])[0]!.ShouldBe([1, 0, 0]);
        Should.Throw<ArgumentException>(() => encoder.Embed([new byte[224 * 224 * 3]]));
    }

    [Fact]
    public void A_model_of_too_few_pixels_is_refused() =>
        Should.Throw<InvalidDataException>(() => EncoderGraphs.Open(EncoderGraphs.ByteMeans("batch", 8, 8, 3))).Message.ShouldContain("it reads 8×8 pixels");

    [Fact]
    public void A_model_with_two_inputs_is_refused()
    {
        var model = EncoderGraphs.Build(ElementType.Float, EncoderGraphs.Nchw, (graph, pixels) =>
            graph.Output("y", graph.ReduceMean(graph.Add(pixels, graph.Input("mask", ElementType.Float, "batch", 3, 224, 224)), 2, 3), "batch", 3, 1, 1));
        Should.Throw<InvalidDataException>(() => EncoderGraphs.Open(model)).Message.ShouldContain("2 inputs");
    }

    [Fact]
    public void Pixels_of_another_size_are_refused()
    {
        using var encoder = EncoderGraphs.Open(EncoderGraphs.ByteMeans(EncoderGraphs.Nhwc));
        using var batch = encoder.AllocateBatch();
        Should.Throw<ArgumentException>(() => batch.Put(0, new byte[3])).Message.ShouldStartWith("3 bytes instead of 150528");
    }

    [Fact]
    public void The_model_id_is_the_content_and_not_the_name()
    {
        var model = EncoderGraphs.FloatMeans(EncoderGraphs.Nchw);
        Id(model).ShouldBe(Id(model, name: "renamed.onnx"));
        Id(model).ShouldMatch("^[0-9a-f]{64}$");
        Id(model).ShouldNotBe(Id(EncoderGraphs.FloatMeans(EncoderGraphs.Nchw[0], 3, 224, "width")));
    }

    [Fact]
    public void The_model_id_changes_with_the_normalisation_where_there_is_one()
    {
        ModelOptions other = new() { Mean = [0.5, 0.5, 0.5] };
        Id(EncoderGraphs.FloatMeans(EncoderGraphs.Nchw), other).ShouldNotBe(Id(EncoderGraphs.FloatMeans(EncoderGraphs.Nchw)));
        Id(EncoderGraphs.ByteMeans(EncoderGraphs.Nhwc), other).ShouldBe(Id(EncoderGraphs.ByteMeans(EncoderGraphs.Nhwc)));
    }

    [Fact]
    public void The_model_id_does_not_change_with_how_the_model_is_run() =>
        Id(EncoderGraphs.ByteMeans(EncoderGraphs.Nhwc), new ModelOptions { BatchSize = 3, Threads = 5, LingerMilliseconds = 1 })
            .ShouldBe(Id(EncoderGraphs.ByteMeans(EncoderGraphs.Nhwc)));

    [Fact]
    public void The_model_id_covers_weights_that_lie_in_a_file_of_their_own()
    {
        var model = ModelProto.Parser.ParseFrom(EncoderGraphs.Build(ElementType.Float, EncoderGraphs.Nchw, (graph, pixels) =>
            graph.Output("y", graph.Mul(graph.ReduceMean(pixels, 2, 3), graph.Constant<float>(new float[3], 3, 1, 1)), "batch", 3, 1, 1)));
        var weights = model.Graph.Initializer.Single(tensor => tensor.Dims.Count == 3);
        weights.RawData = ByteString.Empty;
        weights.DataLocation = TensorProto.Types.DataLocation.External;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "encoder.weights" });
        var folder = Directory.CreateTempSubdirectory("memorization-");
        try
        {
            var path = Path.Combine(folder.FullName, "encoder.onnx");
            File.WriteAllBytes(path, model.ToByteArray());
            string IdWith(byte first)
            {
                File.WriteAllBytes(Path.Combine(folder.FullName, "encoder.weights"), [first, .. new byte[11]]);
                using var encoder = ImageEncoder.Open(new ModelOptions { Path = path });
                return encoder.Model.ModelId;
            }

            IdWith(0).ShouldBe(IdWith(0));
            IdWith(0).ShouldNotBe(IdWith(1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_real_encoder_tells_resized_copies_from_other_photographs()
    {
        using var encoder = ImageEncoder.Open(new ModelOptions { Path = SharedFolder.Path("corpora", "encoder", "mobilenetv2-035-imagenet-1280.onnx"), BatchSize = 1 });
        encoder.Model.Dimension.ShouldBe(1280);
        using var batch = encoder.AllocateBatch();
        Half[] Embed(byte[] rgb)
        {
            batch.Put(0, rgb);
            batch.Run();
            return UnitVector.From(batch.Embedding(0), out _);
        }

        var files = Photos.Files(12);
        var originals = files.Select(file => Embed(Photos.Read(file))).ToArray();
        for (var i = 0; i < files.Length; i++)
        {
            Photos.Cosine(originals[i], Embed(Photos.Read(files[i], copySide: 160))).ShouldBeGreaterThan(0.9, files[i]);
            for (var other = 0; other < i; other++) Photos.Cosine(originals[i], originals[other]).ShouldBeLessThan(0.9, $"{files[i]} and {files[other]}");
        }
    }

    private static float[] Means(ImageEncoder encoder)
    {
        var rgb = new byte[Photos.PixelBytes];
        for (var i = 0; i < rgb.Length; i += 3) (rgb[i], rgb[i + 1], rgb[i + 2]) = (10, 20, 40);
        using var batch = encoder.AllocateBatch();
        batch.Put(encoder.BatchSize - 1, rgb);
        batch.Run();
        return batch.Embedding(encoder.BatchSize - 1).ToArray();
    }

    private static string Id(byte[] model, ModelOptions? options = null, string name = "encoder.onnx")
    {
        using var encoder = EncoderGraphs.Open(model, options, name);
        return encoder.Model.ModelId;
    }
}
