using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class CohenKappaTests
{
    // Cohen 1960, Educational and Psychological Measurement 20, table 2: 200 cases, three categories.
    private static readonly long[,] Cohens = { { 88, 14, 18 }, { 10, 40, 10 }, { 2, 6, 12 } };

    [Fact]
    public void It_is_the_kappa_of_Cohens_own_example()
    {
        var kappa = CohenKappa.Of(Cohens);

        kappa.Items.ShouldBe(200);
        kappa.Observed.ShouldBe(0.70, 1e-12);
        kappa.Expected.ShouldBe(0.41, 1e-12);
        kappa.Kappa!.Value.ShouldBe(0.29 / 0.59, 1e-12);
        kappa.Kappa.Value.ShouldBe(0.492, 0.0005);
    }

    // By hand for two categories, a = 20, b = 5, c = 10, d = 15: Fleiss, Cohen and Everitt's formula written out.
    [Fact]
    public void Its_standard_error_is_that_of_Fleiss_Cohen_and_Everitt()
    {
        var kappa = CohenKappa.Of(new long[,] { { 20, 5 }, { 10, 15 } });

        // observed 0.7, rows 0.5 and 0.5, columns 0.6 and 0.4, expected 0.5, kappa 0.4
        kappa.Kappa!.Value.ShouldBe(0.4, 1e-12);
        var agreeing = 0.4 * Math.Pow(1 - 1.1 * 0.6, 2) + 0.3 * Math.Pow(1 - 0.9 * 0.6, 2);
        var differing = 0.36 * (0.1 * Math.Pow(0.6 + 0.5, 2) + 0.2 * Math.Pow(0.4 + 0.5, 2));
        var variance = (agreeing + differing - Math.Pow(0.4 - 0.5 * 0.6, 2)) / (50 * 0.25);
        kappa.StandardError!.Value.ShouldBe(Math.Sqrt(variance), 1e-12);
        kappa.Interval()!.Value.High.ShouldBe(0.4 + 1.959963984540054 * Math.Sqrt(variance), 1e-9);
    }

    [Fact]
    public void The_standard_error_is_the_spread_of_kappa_over_many_samples()
    {
        double[] shares = [0.44, 0.07, 0.09, 0.05, 0.20, 0.05, 0.01, 0.03, 0.06];
        var random = new Random(1);
        List<double> kappas = [], errors = [];
        for (var sample = 0; sample < 2000; sample++)
        {
            var table = new long[3, 3];
            for (var item = 0; item < 200; item++)
            {
                var (cell, left) = (0, random.NextDouble());
                while (cell < 8 && (left -= shares[cell]) >= 0) cell++;
                table[cell / 3, cell % 3]++;
            }

            var of = CohenKappa.Of(table);
            kappas.Add(of.Kappa!.Value);
            errors.Add(of.StandardError!.Value);
        }

        var mean = kappas.Average();
        Math.Sqrt(kappas.Average(kappa => (kappa - mean) * (kappa - mean))).ShouldBe(errors.Average(), 0.003);
    }

    [Fact]
    public void It_is_one_where_all_agree_and_undefined_where_there_is_one_answer_only()
    {
        CohenKappa.Of(new long[,] { { 7, 0 }, { 0, 3 } }).Kappa.ShouldBe(1);
        CohenKappa.Of(new long[,] { { 7, 0 }, { 0, 3 } }).StandardError.ShouldBe(0);
        CohenKappa.Of(new long[,] { { 9, 0 }, { 0, 0 } }).Kappa.ShouldBeNull();
        CohenKappa.Of(new long[2, 2]).Kappa.ShouldBeNull();
        CohenKappa.Of(new long[2, 2]).Interval().ShouldBeNull();
    }
}
