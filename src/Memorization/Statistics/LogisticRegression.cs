using MathNet.Numerics.LinearAlgebra;

namespace Memorization.Statistics;

/// <summary>A group of trials with the same features.</summary>
/// <param name="Features">Its numbers, without the constant.</param>
/// <param name="Outcome">How its trials ended.</param>
internal sealed record LogisticGroup(IReadOnlyList<double> Features, Proportion Outcome);

/// <summary>log(p / (1 − p)) as a linear function of features, fitted by Newton's method to the likelihood less a ridge on the slopes.</summary>
internal sealed class LogisticRegression
{
    private const int MostSteps = 100;
    private const double Still = 1e-10;

    private LogisticRegression(Vector<double> coefficients, Matrix<double> robust, Matrix<double> inverse)
    {
        Coefficients = [.. coefficients];
        StandardErrors = [.. inverse.Diagonal().Select(Math.Sqrt)];
        GroupedErrors = [.. robust.Diagonal().Select(Math.Sqrt)];
    }

    /// <summary>The constant, then the slopes.</summary>
    public IReadOnlyList<double> Coefficients { get; }

    /// <summary>Their standard errors if all trials are independent.</summary>
    public IReadOnlyList<double> StandardErrors { get; }

    /// <summary>Their standard errors if only groups are (the sandwich of Huber and White, over groups).</summary>
    public IReadOnlyList<double> GroupedErrors { get; }

    /// <summary>Fits the model.</summary>
    /// <param name="groups">The data; at least one.</param>
    /// <param name="ridge">Half of it times the square of each slope is taken off the log-likelihood: with none, slopes that separate the outcomes run away.</param>
    /// <returns>Null if Newton's method does not settle.</returns>
    public static LogisticRegression? Fit(IReadOnlyList<LogisticGroup> groups, double ridge)
    {
        var x = Matrix<double>.Build.DenseOfRows(groups.Select(group => group.Features.Prepend(1)));
        var penalty = Matrix<double>.Build.DenseDiagonal(x.ColumnCount, ridge);
        penalty[0, 0] = 0;
        var beta = Vector<double>.Build.Dense(x.ColumnCount);
        for (var step = 0; step < MostSteps; step++)
        {
            var p = (x * beta).Map(Logistic);
            var weights = Vector<double>.Build.Dense(groups.Count, i => groups[i].Outcome.Trials * p[i] * (1 - p[i]));
            var residuals = Vector<double>.Build.Dense(groups.Count, i => groups[i].Outcome.Successes - groups[i].Outcome.Trials * p[i]);
            var inverse = (x.TransposeThisAndMultiply(Matrix<double>.Build.DenseOfDiagonalVector(weights) * x) + penalty).Inverse();
            var move = inverse * (x.TransposeThisAndMultiply(residuals) - penalty * beta);
            if (!move.All(double.IsFinite)) return null;
            beta += move;
            if (move.AbsoluteMaximum() > Still) continue;
            var scores = Matrix<double>.Build.DenseOfDiagonalVector(residuals) * x;
            return new LogisticRegression(beta, inverse * scores.TransposeThisAndMultiply(scores) * inverse, inverse);
        }

        return null;
    }

    /// <summary>The probability for some features.</summary>
    public double Predict(IReadOnlyList<double> features) => Logistic(Coefficients[0] + features.Zip(Coefficients.Skip(1), (feature, slope) => feature * slope).Sum());

    private static double Logistic(double value) => 1 / (1 + Math.Exp(-value));
}
