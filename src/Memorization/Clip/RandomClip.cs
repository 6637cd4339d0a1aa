using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Memorization.Captions;

namespace Memorization.Clip;

/// <summary>Writes a CLIP with seeded random weights as a Hugging Face folder: for benchmarks and tests that must not need a download.</summary>
/// <remarks>The same architecture and seed give the same bytes on every machine; weights go straight to the disk.</remarks>
public static class RandomClip
{
    private const int Chunk = 1 << 16;

    /// <summary>Writes the folder: configuration, tokenizer, then the weights (ViT-L/14: 1.7 GB).</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string folder, ClipArchitecture architecture, long seed)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        Write(folder, architecture.Configuration, seed);
    }

    internal static void Write(string folder, ClipConfig config, long seed)
    {
        Directory.CreateDirectory(folder);
        WriteJson(folder, ClipConfig.FileName, Config(config));
        WriteJson(folder, ClipPreprocessing.FileName, Preprocessing(config.Image?.Side ?? 224));
        WriteTokenizer(folder);
        WriteWeights(Path.Combine(folder, ClipWeights.FileName), [.. ClipTensors.All(config)], seed);
    }

    private static void WriteWeights(string path, ClipTensor[] tensors, long seed)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        var end = 0L;
        foreach (var tensor in tensors)
        {
            var begin = end;
            end += tensor.Count * sizeof(float);
            header[tensor.Name] = new JsonObject { ["dtype"] = "F32", ["shape"] = Array(tensor.Shape), ["data_offsets"] = Array([begin, end]) };
        }

        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        // Padded with spaces to a multiple of 8, as the format's own writer does.
        var padded = Encoding.UTF8.GetBytes(new string(' ', (8 - json.Length % 8) % 8));
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length + padded.Length);
        file.Write(length);
        file.Write(json);
        file.Write(padded);
        var values = new float[Chunk];
        foreach (var tensor in tensors)
        {
            var random = new Gaussian((ulong)seed ^ XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(tensor.Name)));
            for (var left = tensor.Count; left > 0; left -= Chunk)
            {
                var some = values.AsSpan(0, (int)Math.Min(left, Chunk));
                foreach (ref var value in some) value = (float)(tensor.Mean + tensor.Std * random.Next());
                file.Write(MemoryMarshal.AsBytes(some));
            }
        }
    }

    private static JsonObject Config(ClipConfig config)
    {
        var image = config.Image is { } vision ? Layers(vision.Transformer, "clip_vision_model", config.Dimension) : null;
        if (image is not null)
        {
            image["image_size"] = config.Image!.Side;
            image["patch_size"] = config.Image.Patch;
            image["num_channels"] = 3;
        }

        var text = config.Text is { } words ? Layers(words.Transformer, "clip_text_model", config.Dimension) : null;
        if (text is not null)
        {
            text["vocab_size"] = config.Text!.Vocabulary;
            text["max_position_embeddings"] = config.Text.Context;
            text["bos_token_id"] = ClipTokenizer.StartId;
            text["eos_token_id"] = config.Text.EndId;
            text["pad_token_id"] = ClipTokenizer.EndId;
        }

        if (image is null || text is null)
        {
            var only = (image ?? text)!;
            only["architectures"] = new JsonArray(image is null ? "CLIPTextModelWithProjection" : "CLIPVisionModelWithProjection");
            return only;
        }

        return new JsonObject
        {
            ["architectures"] = new JsonArray("CLIPModel"),
            ["model_type"] = "clip",
            ["dtype"] = "float32",
            ["projection_dim"] = config.Dimension,
            ["logit_scale_init_value"] = 2.6592,
            ["text_config"] = text,
            ["vision_config"] = image,
        };
    }

    private static JsonObject Layers(Transformer transformer, string type, int dimension) => new()
    {
        ["model_type"] = type,
        ["hidden_size"] = transformer.Width,
        ["num_hidden_layers"] = transformer.Layers,
        ["num_attention_heads"] = transformer.Heads,
        ["intermediate_size"] = transformer.Inner,
        ["hidden_act"] = transformer.Activation,
        ["layer_norm_eps"] = transformer.Epsilon,
        ["projection_dim"] = dimension,
    };

    private static JsonObject Preprocessing(int side) => new()
    {
        ["image_processor_type"] = "CLIPImageProcessor",
        ["do_resize"] = true,
        ["size"] = new JsonObject { ["shortest_edge"] = side },
        ["resample"] = 3,
        ["do_center_crop"] = true,
        ["crop_size"] = new JsonObject { ["height"] = side, ["width"] = side },
        ["do_convert_rgb"] = true,
        ["do_rescale"] = true,
        ["rescale_factor"] = 1 / 255.0,
        ["do_normalize"] = true,
        ["image_mean"] = Array(ClipPreprocessing.Default.Mean),
        ["image_std"] = Array(ClipPreprocessing.Default.Std),
    };

    private static void WriteTokenizer(string folder)
    {
        var merges = ClipVocabulary.Merges();
        var vocabulary = new JsonObject();
        foreach (var (token, id) in ClipVocabulary.Tokens(merges).OrderBy(pair => pair.Value)) vocabulary[token] = id;
        WriteJson(folder, FolderVocabulary.TokensName, vocabulary);
        File.WriteAllLines(Path.Combine(folder, FolderVocabulary.MergesName), ["#version: 0.2", .. merges]);
        WriteJson(folder, "tokenizer_config.json", new JsonObject
        {
            ["tokenizer_class"] = "CLIPTokenizer",
            ["model_max_length"] = 77,
            ["do_lower_case"] = true,
            ["bos_token"] = ClipVocabulary.Start,
            ["eos_token"] = ClipVocabulary.End,
            ["pad_token"] = ClipVocabulary.End,
            ["unk_token"] = ClipVocabulary.End,
        });
    }

    private static void WriteJson(string folder, string name, JsonObject value) =>
        File.WriteAllText(Path.Combine(folder, name), value.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");

    private static JsonArray Array<T>(IEnumerable<T> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    // Sums of four uniform numbers from one step of SplitMix64: whole numbers until the last product, so that no machine's logarithm can differ.
    private struct Gaussian(ulong state)
    {
        public double Next()
        {
            var z = state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            z ^= z >> 31;
            var sum = (int)(z & 0xFFFF) + (int)((z >> 16) & 0xFFFF) + (int)((z >> 32) & 0xFFFF) + (int)(z >> 48);
            return (sum - 131_070) / 37_837.0; // Mean of four numbers up to 65,535, and the root of their variances' sum.
        }
    }
}
