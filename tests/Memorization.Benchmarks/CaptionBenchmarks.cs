using System.Text;
using BenchmarkDotNet.Attributes;
using Memorization.Captions;

namespace Memorization.Benchmarks;

/// <summary>Captions a second on one core: the scan's question on raw UTF-8, and the exact token count of what it lets through.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class CaptionBenchmarks
{
    private const int Captions = 100_000;

    private static readonly string[] Words =
    [
        "The", "red", "house", "by", "night", "print", "canvas", "café", "2019", "wall", "art", "dress", "for", "women", "size", "M", "with",
        "landscape", "photo", "stock", "of", "Kitchen", "São", "Paulo", "mountain", "&amp;", "vintage", "poster", "24x36", "blue",
    ];

    private readonly KeywordMatcher _one = new(["van gogh"]);
    private readonly KeywordMatcher _four = new(["van gogh", "almond blossoming", "sunflower", "starry night"]);
    private readonly ClipTokenizer _tokenizer = ClipTokenizer.Create();
    private string[] _captions = [];
    private byte[][] _utf8 = [];

    /// <summary>Distinct made captions, 1 in 4,500 with the keyword as in LAION-400M.</summary>
    [GlobalSetup]
    public void Make()
    {
        var random = new Random(1);
        _captions = [.. Enumerable.Range(0, Captions).Select(i =>
            string.Join(' ', Enumerable.Range(0, random.Next(4, 16)).Select(_ => Words[random.Next(Words.Length)])) + (i % 4500 == 0 ? " Van Gogh" : "") + $" {i}")];
        _utf8 = [.. _captions.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>One keyword set.</summary>
    [Benchmark(OperationsPerInvoke = Captions)]
    public int OneKeyword() => Count(_one);

    /// <summary>Four keyword sets.</summary>
    [Benchmark(OperationsPerInvoke = Captions)]
    public int FourKeywords() => Count(_four);

    /// <summary>Exact token counts.</summary>
    [Benchmark(OperationsPerInvoke = Captions)]
    public int TokenCount()
    {
        var tokens = 0;
        foreach (var caption in _captions) tokens += _tokenizer.Count(caption);
        return tokens;
    }

    private int Count(KeywordMatcher matcher)
    {
        var hits = 0;
        foreach (var caption in _utf8)
            if (matcher.MayMatch(caption)) hits++;
        return hits;
    }
}
