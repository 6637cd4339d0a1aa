using Memorization.Flow;

namespace Memorization.Pipelines.Demo;

/// <summary>The rows of a <see cref="DemoWorld"/> while they are made.</summary>
internal sealed class DemoDraft(ulong seed)
{
    private readonly DemoRandom _random = new(DemoRandom.Derive(seed, 1));
    private readonly DemoRandom _trimmings = new(DemoRandom.Derive(seed, 4));
    private readonly DemoUrls _urls = new(new DemoRandom(DemoRandom.Derive(seed, 3)));
    private readonly List<DemoRow> _rows = [];

    /// <summary>Rows so far.</summary>
    public int Count => _rows.Count;

    /// <summary>A row, to be changed.</summary>
    public DemoRow this[int at]
    {
        get => _rows[at];
        set => _rows[at] = value;
    }

    /// <summary>Adds a row whose caption is dressed as a seller's: phrases of frames, rooms and finishes, and names of sellers, which say nothing of the picture.</summary>
    /// <param name="caption">The rest of the caption.</param>
    /// <param name="picture">What its URL gives.</param>
    /// <param name="family">The planted family.</param>
    /// <param name="trigger">The set of words that it must have, by its index in <see cref="DemoTriggers.All"/>.</param>
    /// <param name="ends">How it ends; null if it is stored.</param>
    public void AddDressed(string caption, DemoPicture picture, int? family = null, int? trigger = null, Reason? ends = null) =>
        Add(string.Join(", ", [caption, .. DemoTriggers.Draw(trigger, _trimmings), .. NullWords.Draw(_trimmings)]), picture, family, ends);

    /// <summary>Adds a row.</summary>
    /// <param name="caption">As it stands in the metadata.</param>
    /// <param name="picture">What its URL gives.</param>
    /// <param name="family">The planted family.</param>
    /// <param name="ends">How it ends; null if it is stored.</param>
    /// <param name="host">Number of its host; null for any.</param>
    public void Add(string? caption, DemoPicture picture, int? family = null, Reason? ends = null, int? host = null)
    {
        var (url, name, path) = _urls.Next(_rows.Count, host);
        _rows.Add(new DemoRow
        {
            SampleId = SampleId(),
            Url = url,
            Caption = caption,
            Host = name,
            Path = path,
            Picture = picture,
            Similarity = _random.Between(0.28f, 0.42f),
            License = _random.Below(20) switch { 0 => null, 1 => "", 2 => "CC-BY-SA 4.0", _ => "?" },
            Nsfw = _random.Below(30) switch { 0 => null, 1 or 2 => "UNSURE", _ => "UNLIKELY" },
            Family = family,
            Ends = ends,
        });
    }

    /// <summary>Adds a copy of a row that is stored and has no fault.</summary>
    /// <param name="fault">The copy's.</param>
    /// <param name="ends">How it ends.</param>
    public void AddAgain(DemoFault fault, Reason ends) => _rows.Add(_rows[PlainRow()] with { SampleId = SampleId(), Fault = fault, Ends = ends });

    /// <summary>Index of some row that is stored and has no fault.</summary>
    public int PlainRow()
    {
        int at;
        do at = _random.Below(_rows.Count);
        while (_rows[at].Fault is not null || _rows[at].Ends is not null);
        return at;
    }

    /// <summary>A picture that no other row has.</summary>
    public DemoPicture NewPicture() => NewPicture(1000 + (ulong)_rows.Count);

    /// <summary>The picture of some purpose below 1,000: the number of a family, or another number.</summary>
    public DemoPicture NewPicture(ulong purpose)
    {
        // Small ones are more frequent: painting and encoding cost in proportion to the pixels.
        var shorter = 200 + Math.Min(_random.Below(200), _random.Below(200));
        var longer = (int)(shorter * _random.Between(1, 1.6f));
        var upright = _random.Chance(0.4f);
        return new DemoPicture(
            DemoRandom.Derive(seed, 1_000_000 + purpose), DemoRandom.Derive(seed, 2_000_000 + purpose), upright ? shorter : longer, upright ? longer : shorter);
    }

    /// <summary>A picture with the palette and the layout of another, and nothing else of it.</summary>
    public DemoPicture HardNegative(DemoPicture original) => original with { Detail = _random.Next() };

    /// <summary>A picture that no other row has, with a flag.</summary>
    public DemoPicture NewFlagged() => NewPicture() with { Flag = _random.Next() | 1 };

    /// <summary>A copy as the web makes them.</summary>
    /// <param name="original">The picture.</param>
    /// <param name="whole">Whether nothing may be cut off, covered or recoloured.</param>
    public DemoPicture Copy(DemoPicture original, bool whole)
    {
        var treatment = _random.Below(whole ? 60 : 100) switch
        {
            < 25 => Treatment.ExactCopy,
            < 45 => Treatment.Reencoded,
            < 60 => Treatment.Quarter,
            < 69 => Treatment.Cropped,
            < 84 => Treatment.ColourShifted,
            < 94 => Treatment.Barred,
            _ => Treatment.Blocked,
        };
        return original with { Treatment = treatment, Variation = treatment == Treatment.ExactCopy ? 0 : _random.Next() };
    }

    /// <summary>All rows, shuffled; the draft is done with.</summary>
    public List<DemoRow> Shuffled()
    {
        _random.Shuffle(_rows);
        return _rows;
    }

    private long SampleId() => (long)(_random.Next() >> 20);
}
