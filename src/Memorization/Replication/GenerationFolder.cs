using System.Globalization;
using System.Text;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Images;
using Memorization.Replication.Diffusion;
using Memorization.Store;

namespace Memorization.Replication;

/// <summary>A folder of generated images: <c>PROBE/SEED.png</c>, with <c>generation.json</c> (the settings) and <c>probes.jsonl</c> (every probe asked for).</summary>
/// <remarks>An image has its name only once every byte is on the disk, so that a killed run leaves none half. One process at a time.</remarks>
public sealed class GenerationFolder : IDisposable
{
    /// <summary>The file with the folder's probes.</summary>
    public const string ProbesName = "probes.jsonl";

    private const string SettingsName = "generation.json";
    private const string LockName = "LOCK";

    private readonly string _path;
    private readonly GenerationSettings _settings;
    private readonly FileStream _lock;

    private GenerationFolder(string path, GenerationSettings settings, FileStream held) => (_path, _settings, _lock) = (path, settings, held);

    /// <summary>Opens a folder, or makes it, and removes what a killed run left unfinished.</summary>
    /// <exception cref="SetupException">Its images were made with other settings, another process is at work in it, or it cannot be written.</exception>
    public static GenerationFolder Open(string path, GenerationSettings settings)
    {
        var held = Take(path);
        try
        {
            var file = Path.Combine(path, SettingsName);
            if (File.Exists(file)) Compare(path, ReadSettings(file), settings);
            else Durable.Write(file, stream => JsonSerializer.Serialize(stream, settings, JsonOutput.Indented));
            foreach (var unfinished in Directory.EnumerateFiles(path, "*" + Durable.Unfinished, SearchOption.AllDirectories)) File.Delete(unfinished);
            return new GenerationFolder(path, settings, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Adds probes to those that the folder is for.</summary>
    /// <exception cref="SetupException">It cannot be written.</exception>
    public void Add(IEnumerable<Probe> probes)
    {
        var file = Path.Combine(_path, ProbesName);
        var all = (File.Exists(file) ? File.ReadAllLines(file) : []).Concat(probes.Select(probe => JsonSerializer.Serialize(probe, JsonOutput.Line))).Distinct();
        Durable.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(all.Select(line => line + "\n")))));
    }

    /// <summary>Whether an image is there.</summary>
    public bool Has(Probe probe, uint seed) => File.Exists(PathOf(probe, seed));

    /// <summary>Writes an image with everything that made it as the PNG's texts.</summary>
    /// <exception cref="SetupException">It cannot be written.</exception>
    public void Write(Probe probe, uint seed, GeneratedImage image)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(image);
        KeyValuePair<string, string>[] texts =
        [
            new("Software", "memorization"),
            new("prompt", probe.Caption),
            new("negative_prompt", _settings.NegativePrompt),
            new("seed", seed.ToString(CultureInfo.InvariantCulture)),
            new("steps", _settings.Steps.ToString(CultureInfo.InvariantCulture)),
            new("guidance", _settings.Guidance.ToString(CultureInfo.InvariantCulture)),
            new("scheduler", _settings.Scheduler?.ToString() ?? "the model's"),
            new("model_id", _settings.ModelId),
        ];
        var png = PngFile.Encode(image.Width, image.Height, image.Rgb, texts);
        Durable.Write(PathOf(probe, seed), stream => stream.Write(png));
    }

    /// <summary>Lets other processes work in the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private string PathOf(Probe probe, uint seed) => Path.Combine(_path, probe.Id, seed.ToString("D5", CultureInfo.InvariantCulture) + ".png");

    private static FileStream Take(string path)
    {
        var file = Path.Combine(path, LockName);
        try
        {
            Directory.CreateDirectory(path);
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(file))
        {
            throw new SetupException($"another process makes images in {path}; wait for it to end, or name another folder", exception);
        }
        catch (Exception exception) when (Durable.IsUnwritable(exception))
        {
            throw Durable.CannotWrite(path, exception);
        }
    }

    private static GenerationSettings ReadSettings(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<GenerationSettings>(File.ReadAllText(file), JsonOutput.Line)!;
        }
        catch (JsonException exception)
        {
            throw new SetupException($"{file} cannot be read: {exception.Message.ReplaceLineEndings(" ")}; name another folder", exception);
        }
    }

    private static void Compare(string path, GenerationSettings there, GenerationSettings asked)
    {
        if (there == asked) return;
        string[] differences =
        [
            .. Difference("model", there.ModelId[..8], asked.ModelId[..8]), .. Difference("steps", there.Steps, asked.Steps), .. Difference("guidance", there.Guidance, asked.Guidance),
            .. Difference("negative prompt", there.NegativePrompt, asked.NegativePrompt), .. Difference("scheduler", there.Scheduler, asked.Scheduler),
        ];
        throw new SetupException($"{path} has images made with other settings ({string.Join("; ", differences)}); give the same, or name another folder");
    }

    private static IEnumerable<string> Difference<T>(string name, T there, T asked) =>
        Equals(there, asked) ? [] : [string.Create(CultureInfo.InvariantCulture, $"{name} \"{there}\" there and \"{asked}\" here")];
}
