using System.Security.Cryptography;
using System.Text;
using Memorization.Clip;

namespace Memorization.Replication.Diffusion;

/// <summary>What the small files in a folder of diffusers' ONNX layout say: <c>text_encoder</c>, <c>unet</c> and <c>vae_decoder</c> with a model.onnx each, <c>tokenizer</c> and <c>scheduler</c>.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Channels">Numbers per place of a latent image.</param>
/// <param name="Side">Places on each side of a latent image.</param>
/// <param name="Scaling">Latents are divided by this before they are decoded.</param>
internal sealed record DiffusionFolder(string Path, int Channels, int Side, double Scaling)
{
    private const string ModelName = "model.onnx";
    private const string ConfigName = "config.json";

    // Of Stable Diffusion 1, whose oldest exports have no configuration beside the models.
    private const int StandardChannels = 4, StandardSide = 64;
    private const double StandardScaling = 0.18215;

    private static readonly string[] Parts = ["text_encoder", "unet", "vae_decoder", "tokenizer", "scheduler"];

    private static readonly string[] Pipelines = ["StableDiffusionPipeline", "OnnxStableDiffusionPipeline", "ORTStableDiffusionPipeline"];

    /// <summary>The three models.</summary>
    public string TextEncoder => System.IO.Path.Combine(Path, "text_encoder", ModelName);

    /// <inheritdoc cref="TextEncoder"/>
    public string Network => System.IO.Path.Combine(Path, "unet", ModelName);

    /// <inheritdoc cref="TextEncoder"/>
    public string Decoder => System.IO.Path.Combine(Path, "vae_decoder", ModelName);

    /// <summary>The folder of vocabulary and merges.</summary>
    public string Tokenizer => System.IO.Path.Combine(Path, "tokenizer");

    /// <summary>The scheduler's values as diffusers' Stable Diffusion pipeline takes them.</summary>
    /// <param name="instead">Another scheduler with the same values; null is the folder's.</param>
    /// <exception cref="InvalidDataException">A value is not supported; the message names the key.</exception>
    public SchedulerConfig Scheduler(SchedulerKind? instead) => SchedulerConfig.Read(System.IO.Path.Combine(Path, "scheduler", SchedulerConfig.FileName), instead).ForLatents();

    /// <summary>Reads the folder's configuration; what it leaves out is Stable Diffusion 1's.</summary>
    /// <exception cref="FileNotFoundException">A model is missing.</exception>
    /// <exception cref="InvalidDataException">It is another kind of model; the message names the file and the key.</exception>
    public static DiffusionFolder Read(string path)
    {
        if (Group(path, "model_index.json") is { } index) index.Text("_class_name", Pipelines[0], Pipelines);
        var network = Group(path, "unet", ConfigName);
        var decoder = Group(path, "vae_decoder", ConfigName) ?? Group(path, "vae", ConfigName);
        foreach (var key in new[] { "shift_factor", "latents_mean", "latents_std" })
            if (decoder?.Find(key) is { } value) throw decoder.Value.Wrong(key, value, "null: Stable Diffusion's latents are scaled only");
        var channels = decoder?.Integer("latent_channels", StandardChannels, 1, 64) ?? StandardChannels;
        network?.Integer("in_channels", channels, channels, channels);
        network?.Integer("out_channels", channels, channels, channels);
        var folder = new DiffusionFolder(
            path, channels, network?.Integer("sample_size", StandardSide, 1, 1024) ?? StandardSide, decoder?.Number("scaling_factor", StandardScaling, 1e-6, 1e6) ?? StandardScaling);
        foreach (var file in new[] { folder.TextEncoder, folder.Network, folder.Decoder })
            if (!File.Exists(file)) throw new FileNotFoundException($"there is no {file}: name a folder in diffusers' ONNX layout (docs/replication.md)", file);
        return folder;
    }

    /// <summary>SHA-256, 64 hexadecimal digits, over every file of the models, the tokenizer and the scheduler. Reads them all.</summary>
    public string ModelId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Parts.Select(name => System.IO.Path.Combine(Path, name)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Select(file => (Name: System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'), File: file)).OrderBy(file => file.Name, StringComparer.Ordinal);
        foreach (var (name, file) in files)
        {
            using var stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static JsonGroup? Group(params string[] parts)
    {
        var file = System.IO.Path.Combine(parts);
        return File.Exists(file) ? JsonGroup.Read(file) : null;
    }
}
