using System.Diagnostics;

namespace Memorization.Pipelines.Bench;

/// <summary>When each URL of a run ended, and the rate that follows. Thread-safe while a run goes on.</summary>
internal sealed class EndTimes(int urls)
{
    private readonly long[] _ends = new long[urls];
    private readonly List<double> _rates = [];
    private int _count;

    /// <summary>A URL ended.</summary>
    public void Add() => _ends[Interlocked.Increment(ref _count) - 1] = Stopwatch.GetTimestamp();

    /// <summary>All have ended, and so many of them with an image.</summary>
    public void EndRun(long images)
    {
        Array.Sort(_ends);
        var (first, last) = (urls / 10, urls - urls / 10 - 1);
        _rates.Add((double)images * (last - first) / urls / Stopwatch.GetElapsedTime(_ends[first], _ends[last]).TotalSeconds);
        _count = 0;
    }

    /// <summary>Images a second, ascending; the first run, which warmed up, is left out.</summary>
    public Times Rates() => new("images/s", [.. _rates.Skip(1).Order()]);
}
