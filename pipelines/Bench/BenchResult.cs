namespace Memorization.Pipelines.Bench;

/// <summary>The throughput of one stage alone, and of its peers in the same run.</summary>
internal sealed record BenchResult
{
    public required string Bench { get; init; }

    /// <summary>What median, minimum and maximum count: <c>rows/s</c>, <c>images/s</c> …</summary>
    public required string Unit { get; init; }

    public required double Median { get; init; }

    public required double Minimum { get; init; }

    public required double Maximum { get; init; }

    public required int Runs { get; init; }

    public required int Threads { get; init; }

    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    public required IReadOnlyList<BenchPeer> Peers { get; init; }

    /// <summary>What else was measured: sizes, memory, counts that were held equal.</summary>
    public IReadOnlyDictionary<string, double> Details { get; init; } = new Dictionary<string, double>();
}

/// <summary>Another way to the same result.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Median">Its throughput, in the unit of the result.</param>
/// <param name="Ratio">How many times as fast as the peer this program is; above 1, it is faster.</param>
internal sealed record BenchPeer(string Name, double Median, double Ratio);
