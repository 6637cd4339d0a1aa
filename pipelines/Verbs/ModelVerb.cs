using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Clip;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Pipelines.Terminal;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>model list, random, build and verify.</summary>
internal static class ModelVerb
{
    public static Command Create() => new("model", "Models: what there are, random ones, building and verifying them.") { List(), RandomModel(), Build(), Verify() };

    public static Option<string> ModelOption() => new("--model") { Description = "A CLIP's folder, an image encoder's ONNX file, or built-in.", Required = true };

    public static Option<string> DeviceOption() => new("--device") { Description = "Where the model runs: cpu, cuda, cuda:N, several with commas, or auto.", DefaultValueFactory = _ => "cpu" };

    public static Option<ModelPrecision> PrecisionOption() => new("--precision") { Description = "float32, float16 or int8, for models built from safetensors." };

    public static Option<string?> CacheOption() => new("--cache") { Description = "Folder for built models; default .memorization in the model's own." };

    public static ModelOptions Options(string model, ParseResult parsed, Option<string> device, Option<ModelPrecision> precision, Option<string?> cache) =>
        new() { Path = model, Device = parsed.GetRequiredValue(device), Precision = parsed.GetValue(precision), Cache = parsed.GetValue(cache) };

    public static Option<string> ArchOption() =>
        new("--arch") { Description = $"One of {string.Join(", ", ClipArchitecture.Known.Select(known => known.Name))}.", DefaultValueFactory = _ => "ViT-B/32" };

    public static ClipArchitecture Architecture(string name) =>
        ClipArchitecture.Known.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new SetupException($"--arch {name} is not one of {string.Join(", ", ClipArchitecture.Known.Select(known => known.Name))}");

    private static Command List()
    {
        var command = new Command("list", "The sizes of CLIP that can be made at random, and the built-in model.");
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(GlobalOptions.Json))
            {
                Print(ClipArchitecture.Known.Select(known => new
                {
                    known.Name,
                    known.ImageSide,
                    known.Patch,
                    known.ImageWidth,
                    known.ImageLayers,
                    known.TextWidth,
                    known.TextLayers,
                    known.Dimension,
                    known.ImageParameters,
                    known.TextParameters,
                }));
                return ExitCodes.Done;
            }

            var table = new Table().RoundedBorder();
            table.AddColumn("architecture").AddColumn("pixels").AddColumn("dimension").AddColumn("parameters").AddColumn("what it is");
            foreach (var known in ClipArchitecture.Known)
            {
                table.AddRow(
                    known.Name, Number(known.ImageSide), Number(known.Dimension), Number(known.ImageParameters + known.TextParameters),
                    known.Name == "tiny" ? "for tests" : "CLIP, OpenAI's and OpenCLIP's");
            }

            table.AddRow(ModelOptions.BuiltIn, "224", "316", "0", "finds copies, not meaning; no text");
            AnsiConsole.Write(table);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command RandomModel()
    {
        var arch = ArchOption();
        var seed = new Option<long>("--seed") { Description = "The same seed gives the same bytes.", DefaultValueFactory = _ => 1 };
        var output = new Option<string>("--out") { Description = "The folder.", Required = true };
        var command = new Command("random", "Writes a CLIP with random weights as a Hugging Face folder, for benchmarks and tests.") { arch, seed, output };
        command.SetAction(parsed =>
        {
            var known = Architecture(parsed.GetRequiredValue(arch));
            var folder = parsed.GetRequiredValue(output);
            InputFiles.Read(folder, () =>
            {
                RandomClip.Write(folder, known, parsed.GetValue(seed));
                return folder;
            });
            if (parsed.GetValue(GlobalOptions.Json)) Print(new { folder, arch = known.Name, seed = parsed.GetValue(seed), parameters = known.ImageParameters + known.TextParameters });
            else Console.Out.WriteLine($"{known.Name} with random weights in {folder}: it finds copies, not meaning");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Build()
    {
        var folder = new Argument<string>("DIR") { Description = "A CLIP's folder with safetensors." };
        var (precision, cache) = (PrecisionOption(), CacheOption());
        var command = new Command("build", "Builds the ONNX models of a folder's towers, unless they are there.") { folder, precision, cache };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(folder);
            using var clip = InputFiles.Read(path, () => new ClipFolder(path));
            List<object> towers = [];
            if (clip.HasImages) towers.Add(Tower("image", clip.Image));
            if (clip.HasText) towers.Add(Tower("text", clip.Text));
            if (parsed.GetValue(GlobalOptions.Json)) Print(towers);
            return ExitCodes.Done;

            object Tower(string kind, Func<ModelPrecision, string?, TowerFile> build)
            {
                var file = InputFiles.Read(path, () => build(parsed.GetValue(precision), parsed.GetValue(cache)));
                if (!parsed.GetValue(GlobalOptions.Json)) Console.Out.WriteLine($"{kind} tower: {file.Path}");
                return new { tower = kind, file.Path, file.ModelId };
            }
        });
        return command;
    }

    private static Command Verify()
    {
        var folder = new Argument<string>("DIR") { Description = "A CLIP's folder." };
        var (device, precision, cache) = (DeviceOption(), PrecisionOption(), CacheOption());
        var vectors = new Option<string>("--vectors") { Description = "Folder for what tests/gpu/compare_clip.py compares: pixels.u8 and ids.i32 (made if missing), image.npy and text.npy." };
        var command = new Command("verify", "Checks every tensor and the vocabulary, builds the towers and runs both.") { folder, device, precision, cache, vectors };
        command.SetAction(parsed =>
        {
            var options = Options(parsed.GetRequiredValue(folder), parsed, device, precision, cache);
            var found = InputFiles.Read(options.Path!, () => ModelCheck.Run(options, parsed.GetValue(vectors)));
            if (parsed.GetValue(GlobalOptions.Json)) Print(found);
            else found.Print(Console.Out);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonOutput.Indented));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
