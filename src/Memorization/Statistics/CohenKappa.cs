using MathNet.Numerics.Distributions;

namespace Memorization.Statistics;

/// <summary>How far two people agree beyond chance (Cohen 1960): 1 if always, 0 if as often as chance would have it.</summary>
/// <param name="Items">Items that both judged.</param>
/// <param name="Observed">Share of items on which they agree; not a number without an item.</param>
/// <param name="Expected">The share by chance, from how often each chose each answer.</param>
/// <param name="Kappa">(observed − expected) / (1 − expected); null where both always gave one and the same answer, or without an item.</param>
/// <param name="StandardError">Of kappa, for many items (Fleiss, Cohen and Everitt 1969).</param>
internal sealed record CohenKappa(long Items, double Observed, double Expected, double? Kappa, double? StandardError)
{
    /// <summary>The statistics of a table.</summary>
    /// <param name="table">Square: items by the answer of the first (row) and of the second person (column).</param>
    public static CohenKappa Of(long[,] table)
    {
        var size = table.GetLength(0);
        if (size != table.GetLength(1)) throw new ArgumentException($"{size} rows and {table.GetLength(1)} columns", nameof(table));
        var all = table.Cast<long>().Sum();
        if (all == 0) return new CohenKappa(0, double.NaN, double.NaN, null, null);
        double[] rows = new double[size], columns = new double[size];
        var observed = 0.0;
        for (var i = 0; i < size; i++)
        {
            observed += Share(i, i);
            for (var j = 0; j < size; j++) (rows[i], columns[j]) = (rows[i] + Share(i, j), columns[j] + Share(i, j));
        }

        var expected = rows.Zip(columns, (row, column) => row * column).Sum();
        if (1 - expected < 1e-12) return new CohenKappa(all, observed, expected, null, null);
        var kappa = (observed - expected) / (1 - expected);
        var variance = -Math.Pow(kappa - expected * (1 - kappa), 2);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                variance += i == j
                    ? Share(i, i) * Math.Pow(1 - (rows[i] + columns[i]) * (1 - kappa), 2)
                    : Share(i, j) * Math.Pow((1 - kappa) * (columns[i] + rows[j]), 2);
            }
        }

        return new CohenKappa(all, observed, expected, kappa, Math.Sqrt(Math.Max(variance, 0) / all) / (1 - expected));

        double Share(int i, int j) => (double)table[i, j] / all;
    }

    /// <summary>Kappa's interval from its standard error, at most 1; null where there is no kappa.</summary>
    /// <param name="confidence">Between 0 and 1.</param>
    public Interval? Interval(double confidence = Proportion.Confidence)
    {
        if (Kappa is not { } kappa || StandardError is not { } error) return null;
        var half = Normal.InvCDF(0, 1, (1 + confidence) / 2) * error;
        return new Interval(Math.Max(kappa - half, -1), Math.Min(kappa + half, 1));
    }
}
