using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Replication;
using Memorization.Replication.Diffusion;

namespace Memorization.Pipelines.Verbs;

/// <summary>generate: images of probe captions from a Stable Diffusion in diffusers' ONNX layout, one a seed, resumable.</summary>
internal static class GenerateVerb
{
    /// <summary>Where the images of a study are unless it is said otherwise: beside the study's file.</summary>
    public const string FolderName = "generated";

    public static Command Create()
    {
        var study = new Argument<string?>("STUDY") { Description = $"A study's JSON file: without --prompts and --out, {GenerationFolder.ProbesName} and the folder {FolderName} beside it.", Arity = ArgumentArity.ZeroOrOne };
        var model = new Option<string>("--model") { Description = "Folder in diffusers' ONNX layout: text_encoder, unet, vae_decoder, tokenizer, scheduler.", Required = true };
        var prompts = new Option<string?>("--prompts") { Description = "One caption a line, or what `probe --json` prints; - is standard input." };
        var output = new Option<string?>("--out") { Description = "Folder of the images: PROBE/SEED.png. The same command goes on with what is missing there." };
        var seeds = NumberOption.Create("--seeds", "Images of each caption.", 500, 1, 1_000_000);
        var firstSeed = NumberOption.Create("--first-seed", "The first seed; the others follow it.", 0, 0);
        var steps = NumberOption.Create("--steps", "Steps from noise to image.", new DiffusionOptions().Steps, 1, 100_000);
        var guidance = new Option<double>("--guidance") { Description = "Guidance scale; up to 1 takes the caption's prediction alone.", DefaultValueFactory = _ => new DiffusionOptions().Guidance };
        var negative = new Option<string>("--negative") { Description = "What the images are led away from.", DefaultValueFactory = _ => "" };
        var scheduler = new Option<SchedulerKind?>("--scheduler") { Description = "ddim, pndm, euler or eulerAncestral instead of the model's own, with its values." };
        var batch = NumberOption.Create("--batch", "Images at a time.", 1, 1, 1024);
        var threads = NumberOption.Create("--threads", "Threads on a CPU; 0 is one per logical processor.", 0, 0, 1024);
        var device = new Option<string>("--device") { Description = "cpu, cuda, cuda:N or auto.", DefaultValueFactory = _ => "cpu" };
        var command = new Command("generate", "Makes images of captions with Stable Diffusion, a number of seeds each; killed and started again it goes on.")
        {
            study, model, prompts, output, seeds, firstSeed, steps, guidance, negative, scheduler, batch, threads, device,
        };
        command.SetAction(async (parsed, _) =>
        {
            var options = new DiffusionOptions { Steps = parsed.GetValue(steps), Guidance = parsed.GetValue(guidance), NegativePrompt = parsed.GetValue(negative)!, Scheduler = parsed.GetValue(scheduler) };
            if (!double.IsFinite(options.Guidance) || options.Guidance < 0) throw new SetupException(FormattableString.Invariant($"--guidance is {options.Guidance}; it must be a number from 0"));
            var file = BesideStudy(parsed.GetValue(prompts), parsed.GetValue(study), parsed, "--prompts", GenerationFolder.ProbesName);
            var target = BesideStudy(parsed.GetValue(output), parsed.GetValue(study), parsed, "--out", FolderName);
            var probes = Probe.Read(InputFiles.Lines(file), file);
            var path = parsed.GetRequiredValue(model);
            using var interrupts = new Interrupts();
            using var diffusion = InputFiles.Read(path, () => StableDiffusion.Open(path, parsed.GetValue(device)!, parsed.GetValue(threads) is var count and > 0 ? count : Environment.ProcessorCount));
            InputFiles.Read(path, () =>
            {
                diffusion.Check(options);
                return path;
            });
            using var folder = GenerationFolder.Open(target, GenerationSettings.Of(InputFiles.Read(path, diffusion.ModelId), options));
            var generation = new Generation(folder, probes, (uint)parsed.GetValue(firstSeed), parsed.GetValue(seeds));
            var start = TimeProvider.System.GetTimestamp();
            await using (var log = RunLog.Create(GlobalOptions.LevelOf(parsed), folder: null))
            {
                var work = Task.Run(() => generation.Run(requests => diffusion.Generate(requests, options, interrupts.Stop), parsed.GetValue(batch), interrupts.Drain), CancellationToken.None);
                await ProgressDisplay.ShowAsync(work, () => Progress(generation), log, parsed.GetValue(GlobalOptions.Quiet), TimeProvider.System, "of the images there");
            }

            Print(generation, target, probes.DistinctBy(probe => probe.Id).Count(), TimeProvider.System.GetElapsedTime(start).TotalSeconds, parsed.GetValue(GlobalOptions.Json));
            if (interrupts.Drain.IsCancellationRequested) await Console.Error.WriteLineAsync("stopped before the end; the same command goes on from there");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A path as given, or a name beside the study's file.</summary>
    /// <exception cref="SetupException">Neither is given.</exception>
    public static string BesideStudy(string? path, string? study, ParseResult parsed, string option, string name) => path
        ?? (study is null ? throw new SetupException($"{parsed.CommandResult.Command.Name} needs {option}, or a study beside which it finds {name}") : Path.Combine(StudyContext.Load(study, parsed).Folder, name));

    private static (double Part, string Counts) Progress(Generation run) =>
        ((double)(run.There + run.Made) / run.Wanted, string.Create(CultureInfo.InvariantCulture, $"{run.Made:N0} images made, {run.Wanted - run.There - run.Made:N0} to go"));

    private static void Print(Generation run, string folder, int captions, double seconds, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new { folder, captions, images_wanted = run.Wanted, images_there = run.There, images_made = run.Made, seconds }, JsonOutput.Indented));
            return;
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Made:N0} images made in {seconds:N1} s, {run.There:N0} were there, {run.Wanted:N0} wanted of {captions:N0} captions, in {folder}"));
    }
}
