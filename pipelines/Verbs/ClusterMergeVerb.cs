using System.CommandLine;
using Memorization.Clustering;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>cluster-merge --vectors FILE.npy FORESTFILE...: unites what cluster-tiles found into what cluster finds.</summary>
internal static class ClusterMergeVerb
{
    private const int MostNamed = 10;

    public static Command Create()
    {
        var (vectors, threshold, output) = (VectorRows.FileOption(), VectorRows.ThresholdOption(), VectorRows.LabelsOption());
        var files = new Argument<string[]>("FORESTFILE") { Description = "What cluster-tiles wrote: every piece at least once, in any order.", Arity = ArgumentArity.OneOrMore };
        var whole = new Option<string>("--forest") { Description = "A file for the united forest, which cluster-merge takes as all pieces." };
        var command = new Command("cluster-merge", "Unites cluster-tiles' pieces: the same families as cluster finds, to the byte.") { files, vectors, threshold, output, whole };
        command.SetAction(async (parsed, stop) =>
        {
            var path = parsed.GetRequiredValue(vectors);
            var rows = VectorRows.Read(path);
            var options = new ClusterOptions { StoreThreshold = parsed.GetValue(threshold) };
            var part = rows.Part(options.StoreThreshold, 0, 1, 1);
            var set = new VectorSet(rows.Width);
            rows.AddTo(set.Add);
            var forest = SpanningForest.Restore(set, [], options);
            List<(string File, ForestPart Part)> parts = [];
            List<ForestEdge> waiting = [];
            foreach (var file in parsed.GetRequiredValue(files))
            {
                stop.ThrowIfCancellationRequested();
                var (found, links) = await InputFiles.ReadAsync(file, () => ForestFile.ReadAsync(file));
                if ((found.Vectors, found.Rows, found.Width) != (part.Vectors, part.Rows, part.Width)) throw new SetupException($"{file} has links of other vectors than those in {path}");
                if (found.Threshold != part.Threshold) throw new SetupException(FormattableString.Invariant($"{file} has links from {found.Threshold} on; --threshold is {part.Threshold}"));
                parts.Add((file, found));
                waiting.AddRange(links.Select(VectorRows.Edge));
                if (waiting.Count < rows.Count) continue; // a merge sorts the whole forest, which small files are not worth
                forest.Merge(waiting);
                waiting.Clear();
            }

            ThrowIfIncomplete(parts);
            forest.Merge(waiting);
            if (parsed.GetValue(whole) is { } target) await ForestFile.WriteAsync(target, part, [.. forest.Edges().Select(VectorRows.Link)]);
            rows.Publish(forest.Cut(part.Threshold), parsed.GetValue(output), parsed.GetValue(GlobalOptions.Json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void ThrowIfIncomplete(List<(string File, ForestPart Part)> parts)
    {
        if (parts.Any(one => one.Part.IsWhole)) return;
        var (file, of) = (parts[0].File, parts[0].Part.Of);
        foreach (var other in parts.Where(one => one.Part.Of != of))
            throw new SetupException($"{file} has pieces of {of}, {other.File} pieces of {other.Part.Of}: only pieces of one cut fit together");
        var missing = Enumerable.Range(0, of).Except(parts.SelectMany(one => Enumerable.Range(one.Part.First, one.Part.End - one.Part.First))).ToList();
        if (missing.Count == 0) return;
        var more = missing.Count > MostNamed ? $" and {missing.Count - MostNamed} more" : "";
        throw new SetupException($"{(missing.Count == 1 ? "piece" : "pieces")} {string.Join(", ", missing.Take(MostNamed))}{more} of {of} {(missing.Count == 1 ? "is" : "are")} missing");
    }
}
