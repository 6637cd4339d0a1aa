using System.Globalization;

namespace Memorization.Benchmarks;

/// <summary>What nights cost beside the run over all rows.</summary>
internal static class NightCosts
{
    /// <summary>The median of some runs, in seconds.</summary>
    public static double Median(int runs, Func<double> run) => Enumerable.Range(0, runs).Select(_ => run()).Order().ElementAt(runs / 2);

    /// <summary>Says it in a line.</summary>
    /// <param name="all">Seconds of the run over all rows.</param>
    /// <param name="nothing">Seconds of a night that brings nothing.</param>
    /// <param name="more">Seconds of one that brings 1 % more.</param>
    /// <param name="tenfold">Seconds of one that brings 10 % more.</param>
    public static void Print(double all, double nothing, double more, double tenfold) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"\n1 % more, the median: {more / all:P1} of the time of all rows, {(more - nothing) / all:P1} beyond a run with nothing new. Each further 1 % of the same night: {(tenfold - more) / 9 / all:P2}."));
}
