using System.Globalization;
using Memorization.Flow;

namespace Memorization.Operations;

/// <summary>A large part of a run's rows ended for one reason of the network: then the resolver or the line is more likely at fault than so many servers.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Rows">Rows that ended with it in this run.</param>
/// <param name="Requested">Rows whose image this run asked for.</param>
public sealed record NetworkAlarm(Reason Reason, long Rows, long Requested)
{
    /// <summary>The part from which it is one.</summary>
    public const double LeastShare = 0.2;

    /// <summary>Of fewer rows a fifth says nothing.</summary>
    public const long LeastRequested = 50;

    private static readonly Reason[] Network = [Reason.DnsFailure, Reason.ConnectionFailed, Reason.ConnectionReset, Reason.TlsFailure, Reason.Timeout];

    /// <summary>The alarm, if there is cause.</summary>
    /// <param name="fetch">The counters of the Fetch stage.</param>
    /// <param name="reread">Rows that it brought out of the store without a request.</param>
    public static NetworkAlarm? Of(StageCounters fetch, long reread = 0)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        return Of(fetch.Reasons, fetch.Kept + fetch.Rejected - reread - fetch.Reasons.GetValueOrDefault(Reason.HostPostponed));
    }

    /// <summary>The line for a person.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(double)Rows / Requested:P0} of {Requested:N0} requested rows ended with {Reason} ({Reason.Meaning()}): the resolver or the line is likely at fault, not so many servers");

    internal static NetworkAlarm? Of(IReadOnlyDictionary<Reason, long> reasons, long requested)
    {
        if (requested < LeastRequested) return null;
        var worst = Network.MaxBy(reason => reasons.GetValueOrDefault(reason));
        var rows = reasons.GetValueOrDefault(worst);
        return rows > requested * LeastShare ? new NetworkAlarm(worst, rows, requested) : null;
    }
}
