using Memorization.Flow;

namespace Memorization.Pipelines.Demo;

/// <summary>Decides which rows a <see cref="DemoWorld"/> has.</summary>
/// <remarks>
/// 40 families. The largest is sold as "Almond Blossom" and holds 52 % of the rows with "almond" and "blossoming"; six small ones are sold with these
/// words and mostly without the artist, so they are not rooted in the keyword. The second holds 2 % of the rows with "sunflower". All other rows with
/// these words show a picture that nothing else shows. Rows that fail never carry these words: the shares are those of the rows that are stored.
/// </remarks>
internal sealed class DemoPlan(ulong seed, int rows, bool faults)
{
    public const int Families = 40;
    public const int LargestFamily = 300;
    public const double AlmondShare = 0.52;
    public const double SunflowerShare = 0.02;

    private readonly DemoRandom _random = new(DemoRandom.Derive(seed, 1));
    private readonly DemoCaptions _captions = new(new DemoRandom(DemoRandom.Derive(seed, 2)));
    private readonly DemoUrls _urls = new(new DemoRandom(DemoRandom.Derive(seed, 3)));
    private readonly DemoPicture[] _originals = new DemoPicture[Families];
    private readonly List<DemoRow> _rows = [];

    /// <summary>Rows with the words of each of the two side keywords: a multiple of 50, so that 52 % and 2 % are whole numbers.</summary>
    private int WordRows => 50 * Math.Clamp(rows / 1000, 1, 6);

    /// <summary>Rows of a family, largest first: 300 (a tenth of the rows, if that is less) down to 2.</summary>
    public static int FamilySize(int family, int rows)
    {
        var largest = Math.Min(LargestFamily, rows / 10);
        var place = (Families - 1 - family) / (Families - 1.0);
        var cube = place * place * place;
        return (int)Math.Round(2 + ((largest - 2) * cube * cube));
    }

    /// <summary>All rows, shuffled.</summary>
    public List<DemoRow> Rows()
    {
        for (var family = 0; family < Families; family++) _originals[family] = NewPicture((ulong)family);
        var almondScenes = WordRows - (int)(WordRows * AlmondShare);
        for (var family = 0; family < Families; family++)
        {
            AddFamily(family);
            if (IsAlmondFamily(family)) almondScenes -= FamilySize(family, rows);
        }

        for (var i = 0; i < almondScenes; i++) Add(_captions.AlmondScene(withArtist: i % 3 == 0), NewPicture());
        for (var i = (int)(WordRows * SunflowerShare); i < WordRows; i++) Add(_captions.SunflowerScene(withArtist: i % 3 == 0), NewPicture());
        for (var i = 0; i < rows / 16; i++) Add(_captions.Other(), NewPicture(), ends: Reason.NoKeyword);
        for (var i = 0; i < rows / 40; i++) Add(_captions.OfWork(_random.Below(Families)), HardNegative(_originals[i % Families]));
        if (faults) AddFaults();
        Add(_captions.OfTokens(DemoCaptions.ContextTokens), NewPicture());
        while (_rows.Count < rows) Add(_captions.OfWork(_random.Below(Families)), NewPicture());
        _random.Shuffle(_rows);
        return _rows;
    }

    private static bool IsAlmondFamily(int family) => family is >= 18 and <= 28 && family % 2 == 0;

    private void AddFamily(int family)
    {
        var size = FamilySize(family, rows);
        var almonds = family == 0 ? (int)(WordRows * AlmondShare) : 0;
        var sunflowers = family == 1 ? (int)(WordRows * SunflowerShare) : 0;
        for (var i = 0; i < size; i++)
        {
            // Few families are rooted by all of their rows: those with another keyword may leave the artist out.
            var caption = i < almonds ? _captions.AlmondWork(withArtist: i % 3 == 0)
                : i < sunflowers ? _captions.SunflowerWork(withArtist: i % 2 == 1)
                : IsAlmondFamily(family) ? _captions.AlmondWork(withArtist: i % 3 == 2)
                : _captions.OfWork(family);
            // The rows with a side keyword are one family among themselves, too: only treatments that leave the picture whole.
            var treatment = i < 1 + sunflowers ? Treatment.ExactCopy : PickTreatment(whole: i < almonds);
            Add(caption, _originals[family] with { Treatment = treatment, Variation = treatment == Treatment.ExactCopy ? 0 : _random.Next() }, family);
        }
    }

    private Treatment PickTreatment(bool whole) => _random.Below(whole ? 60 : 100) switch
    {
        < 25 => Treatment.ExactCopy,
        < 45 => Treatment.Reencoded,
        < 60 => Treatment.Quarter,
        < 72 => Treatment.Cropped,
        < 84 => Treatment.ColourShifted,
        < 92 => Treatment.Barred,
        _ => Treatment.Blocked,
    };

    private void AddFaults()
    {
        foreach (var fault in Enum.GetValues<DemoFault>())
        {
            // Every slow body costs a client its whole deadline.
            var count = fault == DemoFault.SlowBody ? 2 : rows / 1000;
            for (var i = 0; i < count; i++) AddFault(fault);
        }
    }

    private void AddFault(DemoFault fault)
    {
        if (fault.Ends() is not { } ends)
        {
            // Members of families, too: a row that took a second request is as good as any.
            var at = PlainRow();
            _rows[at] = _rows[at] with { Fault = fault };
            return;
        }

        if (fault == DemoFault.DuplicateRow)
        {
            _rows.Add(_rows[PlainRow()] with { SampleId = SampleId(), Fault = fault, Ends = ends });
            return;
        }

        var caption = fault switch
        {
            DemoFault.NullCaption => null,
            DemoFault.LongCaption => _captions.OfTokens(DemoCaptions.ContextTokens + 1),
            DemoFault.KeywordInsideWord => _captions.KeywordInsideWord(),
            _ => _captions.OfWork(_random.Below(Families)),
        };
        Add(caption, NewPicture(), ends: ends);
        var row = _rows[^1];
        var number = _rows.Count;
        _rows[^1] = row with
        {
            Fault = fault,
            Url = fault switch
            {
                DemoFault.NullUrl => null,
                DemoFault.BadUrl => _random.Pick(["http://", $"van-gogh-{number}.jpg", $"http:// /poster {number}.jpg", $"//{number}"]),
                DemoFault.UnsupportedScheme => $"ftp://{row.Host}{row.Path}",
                DemoFault.PrivateHost => $"http://192.168.0.{number % 250}{row.Path}",
                _ => row.Url,
            },
        };
    }

    /// <summary>Index of some row that is stored and has no fault.</summary>
    private int PlainRow()
    {
        int at;
        do at = _random.Below(_rows.Count);
        while (_rows[at].Fault is not null || _rows[at].Ends is not null);
        return at;
    }

    private void Add(string? caption, DemoPicture picture, int? family = null, Reason? ends = null)
    {
        var (url, host, path) = _urls.Next(_rows.Count);
        _rows.Add(new DemoRow
        {
            SampleId = SampleId(),
            Url = url,
            Caption = caption,
            Host = host,
            Path = path,
            Picture = picture,
            Similarity = _random.Between(0.28f, 0.42f),
            License = _random.Below(20) switch { 0 => null, 1 => "", 2 => "CC-BY-SA 4.0", _ => "?" },
            Nsfw = _random.Below(30) switch { 0 => null, 1 or 2 => "UNSURE", _ => "UNLIKELY" },
            Family = family,
            Ends = ends,
        });
    }

    private long SampleId() => (long)(_random.Next() >> 20);

    private DemoPicture NewPicture(ulong? family = null)
    {
        // Small ones are more frequent: painting and encoding cost in proportion to the pixels.
        var shorter = 200 + Math.Min(_random.Below(200), _random.Below(200));
        var longer = (int)(shorter * _random.Between(1, 1.6f));
        var upright = _random.Chance(0.4f);
        var purpose = family ?? (1000 + (ulong)_rows.Count);
        return new DemoPicture(
            DemoRandom.Derive(seed, 1_000_000 + purpose), DemoRandom.Derive(seed, 2_000_000 + purpose), upright ? shorter : longer, upright ? longer : shorter);
    }

    private DemoPicture HardNegative(DemoPicture original) => original with { Detail = _random.Next() };
}
