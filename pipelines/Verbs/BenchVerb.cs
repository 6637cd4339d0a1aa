using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Clip;
using Memorization.Configuration;
using Memorization.Pipelines.Bench;
using Memorization.Pipelines.Terminal;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>bench scan, fetch, decode, embed and cluster: the throughput of one stage alone, beside its peers.</summary>
internal static class BenchVerb
{
    public static Command Create()
    {
        var runs = NumberOption.Create("--runs", "Timed runs; the median counts.", 5, 1, 1000);
        var threads = NumberOption.Create("--threads", "Threads of this program and of its peers.", Environment.ProcessorCount, 1, 1024);
        runs.Recursive = threads.Recursive = true;
        return new Command("bench", "The throughput of one stage alone on made data, beside its peers.") { runs, threads, Scan(runs, threads), Fetch(runs), Decode(runs, threads), Embed(runs), Cluster(runs, threads) };
    }

    private static Command Scan(Option<int> runs, Option<int> threads)
    {
        var rows = NumberOption.Create("--rows", "Rows of the made file.", 2_000_000, 1, 1_000_000_000);
        var command = new Command("scan", "Scans a made LAION file for a keyword, beside DuckDB.") { rows };
        command.SetAction(async (parsed, stop) => Print(
            await new ScanBench(parsed.GetValue(rows), parsed.GetValue(threads), parsed.GetValue(runs)).RunAsync(stop), parsed.GetValue(GlobalOptions.Json)));
        return command;
    }

    private static Command Decode(Option<int> runs, Option<int> threads)
    {
        var images = new Option<string[]>("--images") { Description = "Folders, archives (.tar, .tar.gz) or files; without it made photographs.", AllowMultipleArgumentsPerToken = true };
        var width = NumberOption.Create("--width", "Width of the made photographs in pixels; 512 is 0.2 megapixels, 2048 is 3.3.", 512, 32, 8192);
        var command = new Command("decode", "Decodes images to CLIP's pixels, beside Pillow and OpenCV where python3 has them.") { images, width };
        command.SetAction(async (parsed, stop) =>
        {
            var encoded = parsed.GetValue(images) is { Length: > 0 } paths ? BenchImages.Read(paths) : BenchImages.Photographs(parsed.GetValue(width));
            return Print(await new DecodeBench(encoded, parsed.GetValue(threads), parsed.GetValue(runs)).RunAsync(stop), parsed.GetValue(GlobalOptions.Json));
        });
        return command;
    }

    private static Command Embed(Option<int> runs)
    {
        var model = new Option<string?>("--model") { Description = "A CLIP's folder, an image encoder's ONNX file, or built-in; without it --arch with random weights." };
        var arch = ModelVerb.ArchOption();
        var (device, precision, cache) = (ModelVerb.DeviceOption(), ModelVerb.PrecisionOption(), ModelVerb.CacheOption());
        var batches = new Option<string>("--batch") { Description = "Batch sizes, with commas.", DefaultValueFactory = _ => "0" };
        var images = NumberOption.Create("--images", "Images of each timed run.", 64, 1);
        var lanes = NumberOption.Create("--lanes", "Batches in flight; 0 is one per core on a CPU, 4 on a GPU.", 0, 0, 1024);
        var command = new Command("embed", "Embeds made pictures: the model alone and the whole stage, by batch size.") { model, arch, device, precision, cache, batches, images, lanes };
        command.SetAction(async (parsed, stop) =>
        {
            var made = parsed.GetValue(model) is null ? Directory.CreateTempSubdirectory("memorization-bench-") : null;
            try
            {
                var path = parsed.GetValue(model) ?? Made(made!.FullName, ModelVerb.Architecture(parsed.GetRequiredValue(arch)));
                var options = ModelVerb.Options(path, parsed, device, precision, cache) with { Threads = parsed.GetValue(lanes) };
                var sizes = parsed.GetRequiredValue(batches).Split(',').Select(size => int.TryParse(size, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 4096
                    ? number
                    : throw new SetupException($"--batch {size} is not a number of 0 to 4096")).ToList();
                return Print(await InputFiles.ReadAsync(path, () => new EmbedBench(options, sizes, parsed.GetValue(images), parsed.GetValue(runs)).RunAsync(stop)), parsed.GetValue(GlobalOptions.Json));
            }
            finally
            {
                made?.Delete(recursive: true);
            }
        });
        return command;
    }

    private static Command Cluster(Option<int> runs, Option<int> threads)
    {
        var vectors = NumberOption.Create("--vectors", "Made vectors.", 20_000, 100, 10_000_000);
        var width = NumberOption.Create("--width", "Values per vector.", 512, 2, 65_536);
        var threshold = new Option<double>("--threshold") { Description = "Cosine similarity from which two vectors are linked.", DefaultValueFactory = _ => 0.94 };
        var increments = new Option<bool>("--increments") { Description = "Times what a hundredth of the vectors costs when it comes or goes, instead of each kind of filter." };
        var command = new Command("cluster", "Finds the families of made vectors, by each kind of filter.") { vectors, width, threshold, increments };
        command.SetAction(async (parsed, stop) =>
        {
            var (count, values, from, on, rounds) =
                (parsed.GetValue(vectors), parsed.GetValue(width), parsed.GetValue(threshold), parsed.GetValue(threads), parsed.GetValue(runs));
            var bench = parsed.GetValue(increments)
                ? new IncrementBench(count, values, from, on, rounds).RunAsync(stop)
                : new ClusterBench(count, values, from, on, rounds).RunAsync(stop);
            return Print(await bench, parsed.GetValue(GlobalOptions.Json));
        });
        return command;
    }

    private static Command Fetch(Option<int> runs)
    {
        var urls = NumberOption.Create("--urls", "URLs of a run.", 40_000, 1, 100_000_000);
        var hosts = NumberOption.Create("--hosts", "Hosts that they name.", 1000, 1, 1_000_000);
        var parallelism = NumberOption.Create("--parallelism", "Rows fetched at once, here and by the peer.", 1536, 1, 4096);
        var server = new FetchServerOptions();
        var command = new Command("fetch", "Fetches images of a made web with slow and failing hosts, beside a plain HttpClient loop.") { urls, hosts, parallelism };
        server.AddTo(command);
        command.SetAction(async (parsed, stop) => Print(
            await new FetchBench(parsed.GetValue(urls), parsed.GetValue(hosts), parsed.GetValue(parallelism), parsed.GetValue(runs), server.Arguments(parsed)).RunAsync(stop),
            parsed.GetValue(GlobalOptions.Json)));
        return command;
    }

    private static string Made(string folder, ClipArchitecture architecture)
    {
        var path = Path.Combine(folder, architecture.Name.Replace('/', '-'));
        RandomClip.Write(path, architecture, seed: 1);
        return path;
    }

    private static int Print(BenchResult result, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(result, JsonOutput.Indented));
            return ExitCodes.Done;
        }

        var table = new Table().RoundedBorder()
            .Title(string.Create(CultureInfo.InvariantCulture, $"bench {result.Bench}: median of {result.Runs} runs, {result.Threads} threads"))
            .AddColumn("").AddColumn(new TableColumn(result.Unit).RightAligned()).AddColumn(new TableColumn("× as fast").RightAligned());
        table.AddRow("[bold]this program[/]", Number(result.Median), "");
        foreach (var peer in result.Peers) table.AddRow(peer.Name.EscapeMarkup(), Number(peer.Median), peer.Ratio.ToString("F2", CultureInfo.InvariantCulture));
        AnsiConsole.Write(table);
        foreach (var (name, value) in result.Details) AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:N0}"));
        return ExitCodes.Done;
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
