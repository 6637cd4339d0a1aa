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

/// <summary>The rows of a .npy file as vectors, under keys that order as the rows do: a family's id is its first row.</summary>
internal sealed class VectorRows
{
    private readonly string _path;
    private readonly IReadOnlyList<ReadOnlyMemory<Half>> _rows;

    private VectorRows(string path, IReadOnlyList<ReadOnlyMemory<Half>> rows) => (_path, _rows) = (path, rows);

    /// <summary>Number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>Values per row; 1 where there is none.</summary>
    public int Width => Count == 0 ? 1 : _rows[0].Length;

    public static Option<string> FileOption() => new("--vectors") { Description = "A .npy matrix of float16, a vector a row.", Required = true };

    public static Option<double> ThresholdOption()
    {
        var threshold = new Option<double>("--threshold") { Description = "Cosine similarity from which two vectors are linked.", DefaultValueFactory = _ => 0.94 };
        threshold.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 1)) result.AddError("--threshold must be above 0 and at most 1.");
        });
        return threshold;
    }

    public static Option<int> ThreadsOption() => NumberOption.Create("--threads", "Threads.", Environment.ProcessorCount, 1, 1024);

    public static Option<string> DeviceOption() => new("--device")
    {
        Description = "Where many pairs are looked at first: cpu, cuda, cuda:N, several with commas, or auto. It changes time, never a family.",
        DefaultValueFactory = _ => "cpu",
    };

    public static Option<string> LabelsOption() => new("--out") { Description = "A .npy matrix of int64, N × 1: for each row the first row of its family." };

    public static VectorRows Read(string path) => new(path, InputFiles.Read(path, () => NpyReader.ReadHalves(path)));

    /// <summary>A forest for these rows.</summary>
    /// <exception cref="SetupException">The options name no device.</exception>
    public SpanningForest Forest(ClusterOptions options)
    {
        try
        {
            return new SpanningForest(Width, options);
        }
        catch (ValidationException wrong)
        {
            throw new SetupException(wrong.Message, wrong);
        }
    }

    /// <summary>Hands the vectors over to be added; one that cannot be compared is an error of the file.</summary>
    /// <exception cref="SetupException">There is such a vector, or a device is not there.</exception>
    public void AddTo(Action<IReadOnlyList<KeyedVector>> add)
    {
        try
        {
            add([.. _rows.Select((values, row) => new KeyedVector(Key(row), values))]);
        }
        catch (NotSupportedException missing)
        {
            throw new SetupException(missing.Message, missing);
        }
        catch (InvalidVectorException wrong)
        {
            throw new SetupException($"{_path}: row {wrong.Index} cannot be compared: {wrong.Problem}", wrong);
        }
    }

    /// <summary>What a forest file of pieces of these rows says of itself.</summary>
    public ForestPart Part(double threshold, int first, int end, int of) => new(ForestFile.Fingerprint(_rows), Count, Width, threshold, first, end, of);

    /// <summary>An edge between rows' keys, by their numbers.</summary>
    public static RowLink Link(ForestEdge edge) => new() { A = Row(edge.A), B = Row(edge.B), Similarity = edge.Similarity };

    /// <summary>The reverse of <see cref="Link"/>.</summary>
    public static ForestEdge Edge(RowLink link) => new(Key((int)link.A), Key((int)link.B), link.Similarity);

    /// <summary>Writes a label for each row, if asked to, and prints what was found.</summary>
    public void Publish(Families families, string? labels, bool json)
    {
        if (labels is not null) InputFiles.Read(labels, () => WriteLabels(labels, families));
        Print(families, json);
    }

    private string WriteLabels(string path, Families families)
    {
        var labels = new long[Count];
        foreach (var family in families.All)
        {
            var first = Row(family.Id);
            foreach (var member in family.Members) labels[Row(member)] = first;
        }

        using var file = new NpyWriter<long>(path, 1);
        foreach (var label in labels) file.Write([label]);
        return path;
    }

    private void Print(Families families, bool json)
    {
        var several = families.All.Where(family => family.Members.Count > 1).ToList();
        var inFamilies = several.Sum(family => (long)family.Members.Count);
        var largest = several.Count == 0 ? 0 : several[0].Members.Count;
        Console.Out.WriteLine(json
            ? JsonSerializer.Serialize(new { vectors = Count, families = several.Count, in_families = inFamilies, largest, threshold = families.Threshold }, JsonOutput.Indented)
            : string.Create(CultureInfo.InvariantCulture, $"{Count:N0} vectors: {several.Count:N0} families of two and more hold {inFamilies:N0} of them, the largest {largest:N0}"));
    }

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
