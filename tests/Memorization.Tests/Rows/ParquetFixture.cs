using Memorization.Flow;
using Memorization.Rows;
using ParquetSharp;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

/// <summary>A temporary folder of small Parquet files, written as the tests say.</summary>
internal sealed class ParquetFixture : IDisposable
{
    private static readonly WriterProperties Snappy = Build(static builder => builder.Compression(Compression.Snappy));

    public string Folder { get; } = Directory.CreateTempSubdirectory("laion-").FullName;

    public static WriterProperties Build(Action<WriterPropertiesBuilder> configure)
    {
        using var builder = new WriterPropertiesBuilder();
        configure(builder);
        return builder.Build();
    }

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    public string Bytes(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path(name), bytes);
        return Path(name);
    }

    /// <summary>A file in one row group. The element type of each array (string, byte[], int?, long, double? …) is the column's type.</summary>
    public string Write(string name, params (string Name, Array Values)[] columns) => Write(name, Snappy, int.MaxValue, columns);

    public string Write(string name, WriterProperties properties, int rowsPerGroup, params (string Name, Array Values)[] columns)
    {
        var schema = columns.Select(column => new Column(column.Values.GetType().GetElementType()!, column.Name)).ToArray();
        using var writer = new ParquetFileWriter(Path(name), schema, properties);
        var rows = columns[0].Values.Length;
        for (var first = 0; first < rows; first += Math.Min(rowsPerGroup, rows))
        {
            using var group = writer.AppendRowGroup();
            foreach (var (_, values) in columns)
            {
                using var column = group.NextColumn();
                using var logical = column.LogicalWriter();
                logical.Apply(new Slice(values, first, Math.Min(rowsPerGroup, rows - first)));
            }
        }

        writer.Close();
        return Path(name);
    }

    /// <summary>A filter that asks only the predicate, of every caption.</summary>
    public static ScanFilter Where(CaptionPredicate mayMatch) => new(new CaptionQuery(_ => 0, mayMatch));

    public static (List<LaionRow> Rows, UnitCounts Counts) Read(LaionFile file, ScanFilter? filter = null)
    {
        List<LaionRow> rows = [];
        long emitted = 0;
        Dictionary<Reason, long> ended = [];
        for (var group = 0; group < file.RowGroups.Count; group++)
        {
            var reader = new LaionReader(file, group, filter ?? new ScanFilter());
            rows.AddRange(reader.Read(TestContext.Current.CancellationToken));
            reader.Counts.Rows.ShouldBe(file.RowGroups[group]);
            emitted += reader.Counts.Emitted;
            foreach (var (reason, count) in reader.Counts.Ended) ended[reason] = ended.GetValueOrDefault(reason) + count;
        }

        return (rows, new UnitCounts(emitted, ended));
    }

    public static List<LaionRow> Read(string path) => Read(LaionFile.Open(path, TestContext.Current.CancellationToken)).Rows;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private sealed class Slice(Array values, int first, int count) : ILogicalColumnWriterVisitor<bool>
    {
        public bool OnLogicalColumnWriter<TValue>(LogicalColumnWriter<TValue> columnWriter)
        {
            columnWriter.WriteBatch(((TValue[])values).AsSpan(first, count));
            return true;
        }
    }
}
