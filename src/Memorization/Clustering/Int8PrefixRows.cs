using System.Runtime.CompilerServices;

namespace Memorization.Clustering;

/// <summary>Prefixes in whole numbers from −127 to 127 times one step, whose products a processor sums four at a time.</summary>
/// <remarks>
/// Let u be a prefix, û what is kept of it and e = |u − û|, computed for each. Then u·v = û·v̂ + u·(v − v̂) + (u − û)·v̂ ≤ û·v̂ + L·(eᵤ + eᵥ) + eᵤ·eᵥ,
/// where L is the most that a prefix's length can be. û·v̂ is a sum of whole numbers and has no error.
/// </remarks>
internal sealed class Int8PrefixRows : PrefixRows
{
    private const int Most = 127;

    private readonly RowBlocks<byte> _rows = new(MainDirections.PrefixWidth);
    private readonly RowBlocks<float> _errors = new(1);

    /// <summary>No prefixes yet; <paramref name="vectors"/> must not be empty.</summary>
    public Int8PrefixRows(DistinctVectors vectors, MainDirections directions)
        : base(vectors, directions)
    {
        Step = Sample().Max(Math.Abs) / Most;
    }

    /// <summary>What one whole number stands for: enough for a sample; what is cut off from other prefixes is part of their errors.</summary>
    public double Step { get; }

    /// <summary>What is added to a number so that no sign is left.</summary>
    public const byte Zero = 128;

    /// <inheritdoc/>
    public override int Count => _rows.Count;

    /// <inheritdoc cref="MainDirections.Slack"/>
    public double Slack => Directions.Slack;

    /// <inheritdoc/>
    protected override double Blur => 2 * Step * Math.Sqrt(MainDirections.PrefixWidth / 12.0); // errors spread evenly over a step

    /// <inheritdoc/>
    public override IPairFilter CreateFilter(double threshold, int tileSize) => new Int8Filter(this, threshold, tileSize);

    /// <summary>Copies rows of numbers, each with <see cref="Zero"/> added.</summary>
    public void Load(int first, int count, Span<byte> rows) => _rows.CopyTo(first, count, rows);

    /// <summary>Copies the errors of rows.</summary>
    public void LoadErrors(int first, int count, Span<float> errors) => _errors.CopyTo(first, count, errors);

    /// <summary>By how much the similarity can pass the product of the whole numbers of two rows with these errors, or smaller ones.</summary>
    public double SlackOf(double errorU, double errorV) => Slack + Directions.MostLength * (errorU + errorV) + errorU * errorV;

    /// <inheritdoc/>
    public override void Keep(NodePlaces places)
    {
        _rows.Keep(places);
        _errors.Keep(places);
    }

    /// <inheritdoc/>
    protected override void Grow(int count)
    {
        _rows.Grow(count);
        _errors.Grow(count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run once in a process: nothing would warm it up
    protected override void Store(int first, ReadOnlySpan<float> prefixes)
    {
        var perStep = 1 / Step;
        for (var i = 0; i * _rows.Width < prefixes.Length; i++)
        {
            var row = _rows[first + i];
            var squares = 0.0;
            for (var k = 0; k < row.Length; k++)
            {
                double value = prefixes[i * row.Length + k];
                var number = Math.Clamp((int)(value * perStep + (value < 0 ? -0.5 : 0.5)), -Most, Most);
                row[k] = (byte)(number + Zero);
                var error = value - number * Step;
                squares += error * error;
            }

            _errors[first + i][0] = MathF.BitIncrement((float)Math.Sqrt(squares));
        }
    }
}
