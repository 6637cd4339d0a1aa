using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Memorization.Analysis;
using Memorization.Clustering;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>cluster-tiles --vectors FILE.npy --range I..J --of N: some pieces of what cluster does, for any scheduler.</summary>
internal static partial class ClusterTilesVerb
{
    public static Command Create()
    {
        var (vectors, threshold, threads, device) = (VectorRows.FileOption(), VectorRows.ThresholdOption(), VectorRows.ThreadsOption(), VectorRows.DeviceOption());
        var range = new Option<string>("--range") { Description = "Pieces to do, from I up to but not including J: 3..5 is 3 and 4, 0..N is all.", HelpName = "I..J", Required = true };
        var of = NumberOption.Create("--of", "Pieces of about the same work that the table of all pairs is cut into.", 1, 1, ForestFile.MostPieces);
        (of.Required, of.DefaultValueFactory) = (true, null);
        var output = new Option<string>("--out") { Description = "A Parquet file for cluster-merge: the links that matter, as a, b (rows) and similarity.", Required = true };
        var command = new Command("cluster-tiles", "Does some pieces of cluster's work; cluster-merge unites them.") { vectors, range, of, threshold, threads, device, output };
        command.SetAction(async (parsed, stop) =>
        {
            var target = parsed.GetRequiredValue(output);
            var pieces = Pieces(parsed.GetRequiredValue(range), parsed.GetValue(of));
            var rows = VectorRows.Read(parsed.GetRequiredValue(vectors));
            var options = new ClusterOptions { StoreThreshold = parsed.GetValue(threshold), Parallelism = parsed.GetValue(threads), Device = parsed.GetRequiredValue(device) };
            var forest = rows.Forest(options);
            rows.AddTo(batch => forest.InsertPart(batch, pieces, parsed.GetValue(of), stop));

            // Copies are known from the vectors alone: one piece has them, so that each row is there once and not in every file.
            var part = rows.Part(options.StoreThreshold, pieces.Start.Value, pieces.End.Value, parsed.GetValue(of));
            var links = forest.Edges(withCopies: part.First == 0).Select(VectorRows.Link).ToList();
            await ForestFile.WriteAsync(target, part, links);
            Console.Out.WriteLine(parsed.GetValue(GlobalOptions.Json)
                ? JsonSerializer.Serialize(new { vectors = part.Rows, links = links.Count, first = part.First, end = part.End, of = part.Of, threshold = part.Threshold }, JsonOutput.Indented)
                : string.Create(CultureInfo.InvariantCulture, $"{part.Rows:N0} vectors, pieces {part.First}..{part.End} of {part.Of}: {links.Count:N0} links"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Range Pieces(string range, int of)
    {
        var match = Form().Match(range);
        return match.Success && int.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(match.Groups[2].Value, CultureInfo.InvariantCulture, out var end) && first < end && end <= of
            ? first..end
            : throw new SetupException($"--range is {range}; it must be I..J, the pieces from I up to but not including J, with 0 ≤ I < J ≤ {of}");
    }

    [GeneratedRegex(@"^(\d+)\.\.(\d+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
