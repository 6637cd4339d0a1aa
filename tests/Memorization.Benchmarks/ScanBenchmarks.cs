using BenchmarkDotNet.Attributes;
using Memorization.Captions;
using Memorization.Clip;
using Memorization.Images;
using Memorization.Pipelines.Bench;
using Memorization.Rows;
using ParquetSharp;

namespace Memorization.Benchmarks;

/// <summary>Where a row's time goes in the scan: one thread, time per row of a made LAION file.</summary>
[ShortRunJob]
public class ScanBenchmarks
{
    private const int Rows = 1 << 19;
    private const int UrlColumn = 1, CaptionColumn = 2;

    private static readonly CaptionQuery None = new(_ => -1, _ => false);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("memorization-benchmark-");
    private readonly ByteArray[] _values = new ByteArray[4096];
    private readonly short[] _levels = new short[4096];
    private string _path = "";
    private LaionFile _file = null!;

    /// <summary>Makes the file.</summary>
    [GlobalSetup]
    public void Make()
    {
        _path = Path.Combine(_folder.FullName, "made.parquet");
        MadeLaion.Write(_path, Rows, seed: 1);
        _file = LaionFile.Open(_path);
    }

    /// <summary>Removes it.</summary>
    [GlobalCleanup]
    public void Remove() => _folder.Delete(recursive: true);

    /// <summary>Footer, columns and the hash, which takes all cores.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public LaionFile Open() => LaionFile.Open(_path);

    /// <summary>Captions through ParquetSharp.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public long CaptionsByLibrary() => Library(CaptionColumn);

    /// <summary>Captions by plain pages.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public long CaptionsByPages() => Pages(CaptionColumn);

    /// <summary>URLs through ParquetSharp.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public long UrlsByLibrary() => Library(UrlColumn);

    /// <summary>URLs by plain pages.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public long UrlsByPages() => Pages(UrlColumn);

    /// <summary>The scan of captions, with a query that wants none and does not look.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int NoQuery() => Scan(new ScanFilter(None));

    /// <summary>A keyword that does not occur.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int KeywordWithoutHits() => Scan(Keywords("zzzzq"));

    /// <summary>A keyword of which 1 row in 4,500 is a hit, read whole.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int Keyword() => Scan(Keywords("van gogh"));

    /// <summary>Four keywords, with the same hits.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int FourKeywords() => Scan(Keywords("van gogh", "claude monet", "girl pearl earring", "astronaut"));

    /// <summary>No keyword, and a limit on similarity that excludes 99 rows of 100 before their caption is read.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int SimilarityExcludesMost() => Scan(new ScanFilter(Metadata: new MetadataOptions { MaxSimilarity = 0.3001 }));

    /// <summary>A limit on similarity that the footer's statistics show no row to keep.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int StatisticsExcludeAll() => Scan(new ScanFilter(Metadata: new MetadataOptions { MaxSimilarity = 0.2 }));

    /// <summary>No keyword, and a list of NSFW values that excludes every row before its caption is read.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int NsfwExcludesAll() => Scan(new ScanFilter(Metadata: new MetadataOptions { Nsfw = ["MAYBE"] }));

    /// <summary>As <see cref="Keyword"/>, with limits that every row keeps: they are asked of the hits alone.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int KeywordAndMetadata() => Scan(Keywords("van gogh") with { Metadata = new MetadataOptions { MinSimilarity = 0, Nsfw = ["UNLIKELY", "UNSURE", "NSFW", ""] } });

    private static ScanFilter Keywords(params string[] keywords)
    {
        var matcher = new KeywordMatcher(keywords);
        return new ScanFilter(new CaptionQuery(matcher.IndexOfCandidate, matcher.MayMatch));
    }

    private int Scan(ScanFilter filter) => Enumerable.Range(0, _file.RowGroups.Count).Sum(group => new LaionReader(_file, group, filter).Read().Count());

    private long Pages(int column)
    {
        long bytes = 0;
        var chunks = PlainChunk.Find(_path, [column]);
        for (var group = 0; group < chunks.Length; group++)
        {
            using var pages = new PlainPages(_path, chunks[group][0]!, isNullable: true);
            for (var row = 0; row < _file.RowGroups[group]; row = pages.EndRow)
            {
                pages.GoTo(row);
                bytes += pages.Page.Length;
            }
        }

        return bytes;
    }

    private long Library(int column)
    {
        long values = 0;
        using var reader = new ParquetFileReader(_path);
        for (var group = 0; group < _file.RowGroups.Count; group++)
        {
            using var rows = reader.RowGroup(group);
            using var chunk = (ColumnReader<ByteArray>)rows.Column(column);
            while (chunk.HasNext)
            {
                chunk.ReadBatch(_values.Length, _levels, null, _values, out var read);
                values += read;
            }
        }

        return values;
    }
}

/// <summary>What the decode stage adds to an image for people to look at.</summary>
[ShortRunJob]
public class ThumbnailBenchmarks
{
    private readonly byte[] _pixels = MadePicture.Rgb(1);

    /// <summary>A picture with noise, which JPEG finds hard.</summary>
    [Benchmark]
    public byte[] Encode() => Thumbnail.Encode(_pixels);
}
