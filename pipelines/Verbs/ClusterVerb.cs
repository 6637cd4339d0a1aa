using System.Buffers.Binary;
using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Clustering;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>cluster --vectors FILE.npy: the families of vectors, outside any study.</summary>
internal static class ClusterVerb
{
    public static Command Create()
    {
        var vectors = new Option<string>("--vectors") { Description = "A .npy matrix of float16, a vector a row.", Required = true };
        var threshold = new Option<double>("--threshold") { Description = "Cosine similarity from which two vectors are linked.", DefaultValueFactory = _ => 0.94 };
        threshold.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 1)) result.AddError("--threshold must be above 0 and at most 1.");
        });
        var threads = NumberOption.Create("--threads", "Threads.", Environment.ProcessorCount, 1, 1024);
        var device = new Option<string>("--device") { Description = "Where many pairs are looked at first: cpu, cuda, cuda:N, several with commas, or auto. The families are the same.", DefaultValueFactory = _ => "cpu" };
        var output = new Option<string>("--out") { Description = "A .npy matrix of int64, N × 1: for each row the first row of its family." };
        var command = new Command("cluster", "Finds the families of near-identical vectors, exactly.") { vectors, threshold, threads, device, output };
        command.SetAction((parsed, stop) =>
        {
            var path = parsed.GetRequiredValue(vectors);
            var rows = InputFiles.Read(path, () => NpyReader.ReadHalves(path));
            var options = new ClusterOptions { StoreThreshold = parsed.GetValue(threshold), Parallelism = parsed.GetValue(threads), Device = parsed.GetRequiredValue(device) };
            var families = rows.Count == 0 ? null : Cut(path, rows, options, stop);
            if (parsed.GetValue(output) is { } target) InputFiles.Read(target, () => WriteLabels(target, rows.Count, families));
            Print(rows.Count, families, parsed.GetValue(GlobalOptions.Json));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static Families Cut(string path, IReadOnlyList<ReadOnlyMemory<Half>> rows, ClusterOptions options, CancellationToken stop)
    {
        try
        {
            var forest = new SpanningForest(rows[0].Length, options);
            forest.Insert([.. rows.Select((values, row) => new KeyedVector(Key(row), values))], stop);
            return forest.Cut(options.StoreThreshold);
        }
        catch (ValidationException wrong)
        {
            throw new SetupException(wrong.Message, wrong);
        }
        catch (NotSupportedException missing)
        {
            throw new SetupException(missing.Message, missing);
        }
        catch (InvalidVectorException wrong)
        {
            throw new SetupException($"{path}: row {wrong.Index} cannot be compared: {wrong.Problem}", wrong);
        }
    }

    private static string WriteLabels(string path, int count, Families? families)
    {
        var labels = new long[count];
        foreach (var family in families?.All ?? [])
        {
            var first = Row(family.Id);
            foreach (var member in family.Members) labels[Row(member)] = first;
        }

        using var file = new NpyWriter<long>(path, 1);
        foreach (var label in labels) file.Write([label]);
        return path;
    }

    private static void Print(int count, Families? families, bool json)
    {
        var several = families?.All.Where(family => family.Members.Count > 1).ToList() ?? [];
        var inFamilies = several.Sum(family => (long)family.Members.Count);
        var largest = several.Count == 0 ? 0 : several[0].Members.Count;
        Console.Out.WriteLine(json
            ? JsonSerializer.Serialize(new { vectors = count, families = several.Count, in_families = inFamilies, largest, threshold = families?.Threshold }, JsonOutput.Indented)
            : string.Create(CultureInfo.InvariantCulture, $"{count:N0} vectors: {several.Count:N0} families of two and more hold {inFamilies:N0} of them, the largest {largest:N0}"));
    }

    // A key that orders as the rows do, so that a family's id is its first row.
    private static ContentKey Key(int row)
    {
        Span<byte> key = stackalloc byte[32];
        key.Clear();
        BinaryPrimitives.WriteInt32BigEndian(key[28..], row);
        return ContentKey.FromBytes(key);
    }

    private static int Row(ContentKey key)
    {
        Span<byte> bytes = stackalloc byte[32];
        key.CopyTo(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes[28..]);
    }
}
