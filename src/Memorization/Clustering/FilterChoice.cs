using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>How pairs are looked at before float64 decides. It changes time, never a result.</summary>
public enum PairFilterKind
{
    /// <summary>Whatever costs least for the vectors at hand.</summary>
    Automatic,

    /// <summary>Float32 products of whole vectors.</summary>
    Whole,

    /// <summary>Float32 products of prefixes, where vectors are longer than one.</summary>
    Prefix,

    /// <summary>Products of prefixes in eight-bit numbers, where vectors are longer and the processor sums them rightly; otherwise as <see cref="Prefix"/>.</summary>
    Int8Prefix,
}

/// <summary>Chooses what filters are made from, and keeps it from one insertion to the next.</summary>
internal sealed class FilterChoice(DistinctVectors vectors, double threshold, PairFilterKind kind, IReadOnlyList<OnnxDevice> devices)
{
    /// <summary>Vectors from which prefixes are worth their preparation.</summary>
    public const int LeastVectors = 4096;

    /// <summary>New vectors from which they are: each vector gets a prefix, which costs as much as comparing it with some hundred others.</summary>
    public const int LeastNew = 512;

    private const long FewPairs = 1 << 12;
    private const double MostSurvivors = 0.03; // a survivor costs about thirty times what a pair costs the filter of whole vectors

    private PrefixRows? _prefixes;
    private int _vectorsThen;
    private long _comparedWhole;

    /// <summary>What to compare the vectors from <paramref name="firstNew"/> on with all before them; to be disposed where it can be.</summary>
    /// <exception cref="NotSupportedException">A device is not there; the message says what to do.</exception>
    public IFilterSource For(int firstNew)
    {
        var count = vectors.Count - firstNew;
        var pairs = (long)count * vectors.Count;
        if (kind == PairFilterKind.Automatic && pairs <= FewPairs) return new EveryPair();
        if (kind == PairFilterKind.Automatic && pairs >= DeviceRows.LeastPairs && devices.All(device => device.IsCuda)) return DeviceRows.Load(vectors, devices);
        return kind != PairFilterKind.Whole && vectors.Width > MainDirections.PrefixWidth && Prefixes(count) is { } prefixes ? prefixes : new WholeRows(vectors);
    }

    /// <summary>Follows a removal.</summary>
    public void Keep(NodePlaces places) => _prefixes?.Keep(places);

    private PrefixRows? Prefixes(int countNew)
    {
        if (kind == PairFilterKind.Automatic)
        {
            _comparedWhole += countNew;
            if (vectors.Count < LeastVectors || vectors.Width < 2 * MainDirections.PrefixWidth || (_prefixes is null && _comparedWhole < LeastNew)) return null;
        }

        // Directions that twice as many vectors have not seen may no longer be theirs.
        if (_prefixes is null || vectors.Count >= 2 * _vectorsThen)
        {
            var directions = MainDirections.Of(vectors);
            _prefixes = kind != PairFilterKind.Prefix && Int8Product.IsExact ? new Int8PrefixRows(vectors, directions) : new FloatPrefixRows(vectors, directions);
            _vectorsThen = vectors.Count;
        }

        if (kind == PairFilterKind.Automatic && _prefixes.Survivors(threshold) > MostSurvivors) return null;
        _prefixes.Extend();
        return _prefixes;
    }
}
