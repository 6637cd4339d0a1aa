using System.CommandLine;
using Memorization.Clustering;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Verbs;

/// <summary>cluster --vectors FILE.npy: the families of vectors, outside any study.</summary>
internal static class ClusterVerb
{
    public static Command Create()
    {
        var (vectors, threshold, threads, output) = (VectorRows.FileOption(), VectorRows.ThresholdOption(), VectorRows.ThreadsOption(), VectorRows.LabelsOption());
        var device = VectorRows.DeviceOption();
        var command = new Command("cluster", "Finds the families of near-identical vectors, exactly.") { vectors, threshold, threads, device, output };
        command.SetAction((parsed, stop) =>
        {
            var rows = VectorRows.Read(parsed.GetRequiredValue(vectors));
            var options = new ClusterOptions { StoreThreshold = parsed.GetValue(threshold), Parallelism = parsed.GetValue(threads), Device = parsed.GetRequiredValue(device) };
            var forest = rows.Forest(options);
            rows.AddTo(batch => forest.Insert(batch, stop));
            rows.Publish(forest.Cut(options.StoreThreshold), parsed.GetValue(output), parsed.GetValue(GlobalOptions.Json));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
