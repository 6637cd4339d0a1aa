namespace Memorization.Statistics;

/// <summary>The false-discovery rate of Benjamini and Hochberg (1995) over many tests.</summary>
/// <remarks>
/// If all tests with a q-value up to some rate are called discoveries, on the average no larger share of them is false, for independent tests and for those that
/// depend positively on each other. Tests whose p-value is not named count with 1.
/// </remarks>
internal sealed class FalseDiscovery
{
    private readonly double[] _p;
    private readonly double[] _q;

    /// <param name="pValues">The p-values that may be small, in any order.</param>
    /// <param name="tests">All tests that were made, those that are not named included.</param>
    public FalseDiscovery(IEnumerable<double> pValues, double tests)
    {
        _p = [.. pValues];
        ArgumentOutOfRangeException.ThrowIfLessThan(tests, _p.Length);
        Array.Sort(_p);
        _q = new double[_p.Length];
        var least = 1.0;
        for (var i = _p.Length - 1; i >= 0; i--) _q[i] = least = Math.Min(least, _p[i] * tests / (i + 1));
    }

    /// <summary>The smallest rate at which a test with this p-value, one of those given, is a discovery.</summary>
    public double Q(double p)
    {
        var at = Array.BinarySearch(_p, p);
        if (at < 0) throw new ArgumentException($"no test has the p-value {p}", nameof(p));

        // Equal p-values share the q-value of the last of them, which all of them have already.
        return _q[at];
    }
}
