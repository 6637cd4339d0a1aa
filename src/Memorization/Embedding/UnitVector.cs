namespace Memorization.Embedding;

/// <summary>The values that are stored and compared: L2-normalised in float64, then rounded to float16 once.</summary>
internal static class UnitVector
{
    /// <summary>Normalises what a model gave.</summary>
    /// <param name="raw">Numbers of any length above zero.</param>
    /// <param name="wrong">What makes it unusable ("NaN", "infinity", "a zero vector"); null if nothing does.</param>
    public static Half[] From(ReadOnlySpan<float> raw, out string? wrong)
    {
        var squares = Squares(raw);
        wrong = double.IsNaN(squares) ? "NaN" : double.IsInfinity(squares) ? "infinity" : squares == 0 ? "a zero vector" : null;
        if (wrong is not null) return [];
        var norm = Math.Sqrt(squares);
        var unit = new Half[raw.Length];
        for (var i = 0; i < unit.Length; i++) unit[i] = (Half)(raw[i] / norm);
        return unit;
    }

    /// <summary>The same, rounded to float32; null if it is unusable.</summary>
    public static float[]? Float(ReadOnlySpan<float> raw)
    {
        var norm = Math.Sqrt(Squares(raw));
        if (!double.IsFinite(norm) || norm == 0) return null;
        var unit = new float[raw.Length];
        for (var i = 0; i < unit.Length; i++) unit[i] = (float)(raw[i] / norm);
        return unit;
    }

    private static double Squares(ReadOnlySpan<float> raw)
    {
        var squares = 0.0;
        foreach (double x in raw) squares += x * x;
        return squares;
    }
}
