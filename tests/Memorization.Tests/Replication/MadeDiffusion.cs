using System.Text.Json;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Tests.Replication;

/// <summary>
/// A tiny model in diffusers' layout whose every part is a formula that a test can work out by itself: 4 × 8 × 8 latents, images of 16 × 16.
/// </summary>
/// <remarks>
/// Text: state[k, j] = sin(id[k] · (j + 1) / 1000). U-Net: sample · (0.3 + t / 2000) + mean over k and j of the states · 0.5 · (c + 1).
/// Decoder: plane p = (latent p + latent 3 / 2) doubled in height and width.
/// </remarks>
internal static class MadeDiffusion
{
    public const int Channels = 4, Side = 8, Width = 6, Pixels = 16;

    /// <summary>SD 1's scheduler file.</summary>
    public const string Pndm = """{"_class_name": "PNDMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085, "skip_prk_steps": true}""";

    /// <summary>SD 2.1's.</summary>
    public const string VelocityDdim = """{"_class_name": "DDIMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085, "clip_sample": false, "prediction_type": "v_prediction", "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1}""";

    /// <summary>Writes the folder.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="scheduler">scheduler_config.json.</param>
    /// <param name="half">Whether the ports are float16.</param>
    /// <param name="pad">The tokenizer's padding token; null leaves the file out.</param>
    /// <param name="width">Of the text encoder's states.</param>
    /// <param name="timestep">The type of the U-Net's timestep.</param>
    public static void Write(string folder, string scheduler = Pndm, bool half = false, string? pad = null, int width = Width, ElementType timestep = ElementType.Int64)
    {
        var type = half ? ElementType.Float16 : ElementType.Float;
        Save(folder, "model_index.json", """{"_class_name": "OnnxStableDiffusionPipeline"}""");
        Save(folder, "scheduler/scheduler_config.json", scheduler);
        Save(folder, "unet/config.json", JsonSerializer.Serialize(new { sample_size = Side, in_channels = Channels, out_channels = Channels }));
        Save(folder, "vae_decoder/config.json", JsonSerializer.Serialize(new { scaling_factor = 0.5, latent_channels = Channels }));
        Save(folder, "tokenizer/tokenizer_config.json", """{"model_max_length": 77}""");
        if (pad is not null) Save(folder, "tokenizer/special_tokens_map.json", JsonSerializer.Serialize(new { pad_token = pad }));
        Save(folder, "text_encoder/model.onnx", Text(type, width));
        Save(folder, "unet/model.onnx", Network(type, timestep));
        Save(folder, "vae_decoder/model.onnx", Decoder(type));
    }

    /// <summary>What the U-Net adds to channel c, by its formula: half of c + 1 times the mean of the states.</summary>
    public static double Push(int[] ids) => 0.5 * ids.SelectMany(id => Enumerable.Range(1, Width).Select(j => Math.Sin(id * j / 1000.0))).Average();

    private static byte[] Text(ElementType type, int width)
    {
        var graph = new OnnxGraph("text");
        var ids = graph.Input("input_ids", ElementType.Int32, "batch", "sequence");
        var column = graph.Reshape(graph.Cast(ids, ElementType.Float), 0, -1, 1);
        var scales = graph.Constant<float>([.. Enumerable.Range(1, width).Select(j => j / 1000f)], width);
        var states = graph.Node("Sin", [graph.Mul(column, scales)]);
        graph.Output("last_hidden_state", graph.Cast(states, type), "batch", "sequence", width);
        return graph.ToBytes();
    }

    private static byte[] Network(ElementType type, ElementType timestepType)
    {
        var graph = new OnnxGraph("unet");
        var sample = graph.Input("sample", type, "batch", Channels, Side, Side);
        var timestep = graph.Input("timestep", timestepType, 1);
        var states = graph.Input("encoder_hidden_states", type, "batch", "sequence", Width);
        var factor = graph.Add(graph.Mul(graph.Cast(timestep, ElementType.Float), graph.Constant<float>([1 / 2000f])), graph.Constant<float>([0.3f]));
        var mean = graph.Reshape(graph.ReduceMean(graph.Cast(states, ElementType.Float), 1, 2), -1, 1, 1, 1);
        var push = graph.Mul(mean, graph.Constant<float>([.. Enumerable.Range(1, Channels).Select(c => 0.5f * c)], 1, Channels, 1, 1));
        var output = graph.Add(graph.Mul(graph.Cast(sample, ElementType.Float), factor), push);
        graph.Output("out_sample", graph.Cast(output, type), "batch", Channels, Side, Side);
        return graph.ToBytes();
    }

    private static byte[] Decoder(ElementType type)
    {
        var graph = new OnnxGraph("decoder");
        var latents = graph.Input("latent_sample", type, "batch", Channels, Side, Side);
        var single = graph.Cast(latents, ElementType.Float);
        var planes = graph.Add(graph.Slice(single, 1, 0, 3), graph.Mul(graph.Slice(single, 1, 3, 4), graph.Constant<float>([0.5f])));
        var tall = graph.Reshape(graph.Concat(3, graph.Reshape(planes, 0, 3, Side, 1, Side), graph.Reshape(planes, 0, 3, Side, 1, Side)), 0, 3, Pixels, Side);
        var wide = graph.Reshape(tall, 0, 3, Pixels, Side, 1);
        graph.Output("sample", graph.Cast(graph.Reshape(graph.Concat(4, wide, wide), 0, 3, Pixels, Pixels), type), "batch", 3, Pixels, Pixels);
        return graph.ToBytes();
    }

    private static void Save(string folder, string name, string text) => Save(folder, name, System.Text.Encoding.UTF8.GetBytes(text));

    private static void Save(string folder, string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
