using Memorization.Clip;
using Memorization.Embedding;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clip;

public sealed class ClipConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_configuration_leaves_out_is_as_transformers_has_it()
    {
        var config = Read("""{"model_type": "clip", "text_config": {}, "vision_config": {}}""");
        config.Dimension.ShouldBe(512);
        config.Image.ShouldBe(new ImageTowerConfig(new Transformer(768, 12, 12, 3072, "quick_gelu", 1e-5), 224, 32));
        config.Text.ShouldBe(new TextTowerConfig(new Transformer(512, 12, 8, 2048, "quick_gelu", 1e-5), 49_408, 77, 49_407));
    }

    [Fact]
    public void A_single_tower_stands_at_the_root_or_under_its_key()
    {
        var vision = Read("""{"model_type": "clip_vision_model", "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096, "patch_size": 14, "image_size": 336, "projection_dim": 768, "hidden_act": "gelu"}""");
        vision.ShouldBe(new ClipConfig(new ImageTowerConfig(new Transformer(1024, 24, 16, 4096, "gelu", 1e-5), 336, 14), null, 768));
        Read("""{"model_type": "clip_text_model", "hidden_size": 768, "num_attention_heads": 12, "eos_token_id": 2}""").Text!.EndId.ShouldBe(2);
        Read("""{"model_type": "clip_text_model", "text_config": {"hidden_size": 64}}""").Text!.Transformer.Width.ShouldBe(64);
    }

    [Fact]
    public void The_older_key_with_dict_has_the_last_word() =>
        Read("""{"model_type": "clip", "vision_config_dict": {"patch_size": 16}, "vision_config": {"patch_size": 32, "hidden_size": 384}, "text_config": {}, "text_config_dict": null}""")
            .Image.ShouldBe(new ImageTowerConfig(new Transformer(384, 12, 12, 3072, "quick_gelu", 1e-5), 224, 16));

    [Theory]
    [InlineData("""{"model_type": "siglip"}""", "model_type is \"siglip\"; it must be one of clip, clip_vision_model, clip_text_model")]
    [InlineData("{}", "has no model_type")]
    [InlineData("""{"model_type": "clip", "text_config": {}}""", "has no vision_config")]
    [InlineData("""{"model_type": "clip_text_model", "hidden_act": "relu"}""", "hidden_act is \"relu\"; it must be one of quick_gelu, gelu")]
    [InlineData("""{"model_type": "clip_text_model", "hidden_size": 1e9}""", "hidden_size is 1e9; it must be a whole number from 1 to 16384")]
    [InlineData("""{"model_type": "clip_text_model", "num_hidden_layers": -3}""", "num_hidden_layers is -3; it must be")]
    [InlineData("""{"model_type": "clip_text_model", "num_attention_heads": 7}""", "num_attention_heads 7 must divide hidden_size 512")]
    [InlineData("""{"model_type": "clip_vision_model", "patch_size": 15}""", "patch_size 15 must divide image_size 224")]
    [InlineData("""{"model_type": "clip_vision_model", "num_channels": 4}""", "num_channels must be 3")]
    [InlineData("""{"model_type": "clip", "model_type": "clip"}""", "is not JSON: Duplicate")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{", "is not JSON")]
    public void A_wrong_configuration_is_refused_by_key(string json, string message)
    {
        var error = Should.Throw<InvalidDataException>(() => Read(json)).Message;
        error.ShouldStartWith(_folder.File("config.json"));
        error.ShouldContain(message);
        error.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("""{"size": 224, "crop_size": 224, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""", null)]
    [InlineData("""{"size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224}, "resample": 3}""", null)]
    [InlineData("""{"size": {"shortest_edge": 336}}""", "size is {\"shortest_edge\": 336}; it must be 224, the image_size of config.json")]
    [InlineData("""{"crop_size": {"height": 224, "width": 200}}""", "crop_size")]
    [InlineData("""{"resample": 2}""", "resample is 2; it must be a whole number from 3 to 3")]
    [InlineData("""{"do_normalize": false}""", "do_normalize is false; it must be true")]
    [InlineData("""{"image_std": [0.5, 0, 0.5]}""", "image_std is [0.5, 0, 0.5]; it must be three numbers")]
    [InlineData("""{"image_mean": [0.5, 0.5]}""", "image_mean is [0.5, 0.5]; it must be three numbers")]
    public void Preprocessing_that_this_program_does_not_do_is_refused(string json, string? message)
    {
        File.WriteAllText(_folder.File("preprocessor_config.json"), json);
        if (message is null) ClipPreprocessing.Read(_folder.Path, 224).Mean.Count.ShouldBe(3);
        else Should.Throw<InvalidDataException>(() => ClipPreprocessing.Read(_folder.Path, 224)).Message.ShouldContain(message);
    }

    [Fact]
    public void A_folder_without_preprocessing_has_the_numbers_of_the_options()
    {
        var numbers = ClipPreprocessing.Read(_folder.Path, 224);
        numbers.Mean.ShouldBe(new ModelOptions().Mean);
        numbers.Std.ShouldBe(new ModelOptions().Std);
    }

    private ClipConfig Read(string json)
    {
        File.WriteAllText(_folder.File("config.json"), json);
        return ClipConfig.Read(_folder.Path);
    }
}
