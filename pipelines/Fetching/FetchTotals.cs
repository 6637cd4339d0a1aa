using System.Globalization;
using System.Text;
using Memorization.Flow;
using Memorization.Operations;

namespace Memorization.Pipelines.Fetching;

/// <summary>How the lines of a list ended; read = kept + rejected unless it was stopped at once.</summary>
internal sealed record FetchTotals
{
    public required long Read { get; init; }

    public required long Kept { get; init; }

    public required IReadOnlyDictionary<Reason, long> Reasons { get; init; }

    /// <summary>Requests sent, retries, redirects and robots.txt counted.</summary>
    public required long Requests { get; init; }

    /// <summary>Bytes of the images.</summary>
    public required long Bytes { get; init; }

    public required int Shards { get; init; }

    public NetworkAlarm? Alarm { get; init; }

    /// <summary>Whether lines that were read did not end.</summary>
    public bool WasStopped { get; init; }

    public long Rejected => Reasons.Values.Sum();

    /// <summary>For a person: totals, then the reasons, most frequent first.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Read:N0} lines read: {Kept:N0} kept, {Rejected:N0} rejected; {Requests:N0} requests, {Bytes:N0} bytes of images");
        if (Shards > 0) text.Append(CultureInfo.InvariantCulture, $" in {Shards:N0} shards");
        foreach (var (reason, rows) in Reasons.OrderByDescending(pair => pair.Value))
            text.Append(CultureInfo.InvariantCulture, $"\n{rows,12:N0}  {reason}: {reason.Meaning()}");
        if (Alarm is not null) text.Append("\nALARM ").Append(Alarm);
        return text.ToString();
    }
}
