using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Memorization.Store;

namespace Memorization.Benchmarks;

/// <summary>A store as a study of LAION leaves it, without its months of fetching: captions of 8 to 14 words, families of Zipf's sizes, embeddings, forest, stars, and one row in twenty without an image.</summary>
/// <remarks>Words follow Zipf's law too; three words mark each family. The same arguments give the same rows.</remarks>
internal sealed class MadeStudy(string folder, int rows, int families, int dimension)
{
    private const string Filter = "f", Model = "m", Run = "made";
    private const int Vocabulary = 300_000, Hosts = 5000, Batch = 100_000, RowsPerMissing = 20;
    private const double Threshold = 0.94;

    private readonly Random _random = new(1);
    private readonly double[] _words = Cumulated(Vocabulary);
    private int _files;

    /// <summary>The study file.</summary>
    public string Study => Path.Combine(folder, "study.json");

    /// <summary>Writes study and store.</summary>
    /// <returns>Distinct images in it.</returns>
    public async Task<int> WriteAsync()
    {
        File.WriteAllText(Study, """{ "name": "made", "input": ["none.parquet"], "keywords": ["van gogh"], "store": { "path": "store" }, "analysis": { "words": ["almond blossoming", "word3", "word11 word12"] } }""");
        using var store = await HeldStore.TakeAsync(Path.Combine(folder, "store"), Run, TimeProvider.System);
        var sizes = Sizes();
        List<RowRecord> metadata = [];
        List<ImageRecord> images = [];
        List<EmbeddingRecord> embeddings = [];
        List<FamilyRecord> members = [];
        List<FamilyNameRecord> names = [];
        List<ForestEdgeRecord> edges = [];
        var (row, contents) = (0, 0);
        for (var family = 0; family < families; family++)
        {
            var distinct = Math.Max(1, (int)(sizes[family] * 0.6));
            var ids = Enumerable.Range(contents, distinct).Select(Content).Order(StringComparer.Ordinal).ToArray();
            contents += distinct;
            var centre = Direction();
            foreach (var id in ids)
            {
                members.Add(new FamilyRecord { ContentId = id, Family = ids[0], Star = ids[0], SimilarityToLeader = id == ids[0] ? 1 : 0.96 });
                embeddings.Add(new EmbeddingRecord { ContentId = id, Embedding = Near(centre) });
                if (id != ids[0]) edges.Add(new ForestEdgeRecord { A = ids[0], B = id, Similarity = Threshold + 0.06 * _random.NextDouble() });
            }

            names.Add(new FamilyNameRecord { Family = ids[0], StableId = family, Anchor = ids[0], Contents = distinct, Stars = 1, LeastSimilarity = 0.9 });
            for (var i = 0; i < sizes[family]; i++, row++) AddRow(row, family, ids[i % distinct], metadata, images);
            if (embeddings.Count >= Batch) await CommitAsync(store, Tables.Embeddings, Model, embeddings);
            if (metadata.Count < Batch) continue;
            await CommitRowsAsync(store, metadata, images);
        }

        for (var i = 0; i < rows / RowsPerMissing; i++) AddRow(row++, i % families, null, metadata, images);
        await CommitRowsAsync(store, metadata, images);
        await CommitAsync(store, Tables.Embeddings, Model, embeddings);
        await CommitAsync(store, Tables.Families, Model, [.. members.OrderBy(member => member.ContentId, StringComparer.Ordinal)]);
        await CommitAsync(store, Tables.FamilyNames, Model, names);
        await CommitAsync(store, Tables.Forest, Model, edges);
        await store.PublishAsync(new Snapshot(0, store.Tables.Versions, Filter, Model, Threshold, 0.9, families, TimeProvider.System.GetUtcNow(), Run));
        return contents;
    }

    private void AddRow(int row, int family, string? content, List<RowRecord> metadata, List<ImageRecord> images)
    {
        var key = ((UInt128)row * 0x9E3779B97F4A7C15).ToString("x32", CultureInfo.InvariantCulture);
        var url = string.Create(CultureInfo.InvariantCulture, $"https://host-{Math.Min(_random.Next(Hosts), _random.Next(Hosts))}.test/pictures/{row}.jpg");
        metadata.Add(new RowRecord { RowKey = key, Url = url, Caption = Caption(family), SourceContent = new string('0', 32), SourceRow = row });
        images.Add(new ImageRecord
        {
            RowKey = key,
            Url = url,
            Outcome = content is null ? ImageRecord.Rejected : ImageRecord.Kept,
            Reason = content is null ? "NotFound" : null,
            ContentId = content,
            Attempts = 1,
            Version = 1,
        });
    }

    private string Caption(int family)
    {
        var text = new StringBuilder(_random.Next(2) == 0 ? "Vincent van Gogh -" : "Painting");
        for (var i = _random.Next(5, 11); i > 0; i--) text.Append(CultureInfo.InvariantCulture, $" word{Draw(_words)}");
        for (var i = 0; i < 3; i++)
            if (_random.Next(3) > 0) text.Append(CultureInfo.InvariantCulture, $" topic{(family * 3) + i}");
        if (_random.Next(200) == 0) text.Append(" almond blossoming");
        return text.ToString();
    }

    private async Task CommitRowsAsync(HeldStore store, List<RowRecord> metadata, List<ImageRecord> images)
    {
        await CommitAsync(store, Tables.Verdicts, Filter, metadata.ConvertAll(record => new VerdictRecord { RowKey = record.RowKey, Kept = true }));
        await CommitAsync(store, Tables.Rows, null, metadata);
        await CommitAsync(store, Tables.Images, null, images);
    }

    private async Task CommitAsync<T>(HeldStore store, string table, string? partition, List<T> records)
        where T : class, new()
    {
        var definition = Tables.Of(table);
        if (await store.WriteAsync(definition, partition, records, ++_files) is { } file) await store.CommitAsync(new TableCommit(definition, "WRITE", [file]));
        records.Clear();
    }

    // The largest is about a fortieth of all rows.
    private int[] Sizes()
    {
        var weights = Enumerable.Range(1, families).Select(rank => Math.Pow(rank, -0.8)).ToArray();
        var sum = weights.Sum();
        var sizes = Array.ConvertAll(weights, weight => 1 + (int)((rows - families) * weight / sum));
        sizes[0] += rows - sizes.Sum();
        return sizes;
    }

    private float[] Direction() => [.. Enumerable.Range(0, dimension).Select(_ => (float)(_random.NextDouble() + _random.NextDouble() + _random.NextDouble() - 1.5))];

    private float[] Near(float[] centre)
    {
        var vector = Array.ConvertAll(centre, value => value + (0.25f * (float)(_random.NextDouble() - 0.5)));
        var norm = MathF.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => (float)(Half)(value / norm));
    }

    private static string Content(int content) => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(content)));

    private static double[] Cumulated(int count)
    {
        var sum = 0.0;
        return [.. Enumerable.Range(1, count).Select(rank => sum += 1.0 / rank)];
    }

    private int Draw(double[] cumulated)
    {
        var at = Array.BinarySearch(cumulated, _random.NextDouble() * cumulated[^1]);
        return at < 0 ? ~at : at;
    }
}
