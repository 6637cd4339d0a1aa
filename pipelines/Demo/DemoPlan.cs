using Memorization.Flow;

namespace Memorization.Pipelines.Demo;

/// <summary>Decides which rows a <see cref="DemoWorld"/> has.</summary>
/// <remarks>
/// 40 families. 34 show a painting. The largest is sold as "Almond Blossom" and holds 52 % of the rows with "almond" and "blossoming"; six small ones are sold with
/// these words and mostly without the artist, so they are not rooted in the keyword. The second holds 2 % of the rows with "sunflower". All other rows with
/// these words show a picture that nothing else shows. To each of four families one set of words leads, one is a shop's photograph, one a film.
/// A flag is in a tenth of the pictures of an astronaut whose captions do not name it. Rows that fail never carry any of these words but "van gogh": the shares
/// are those of the rows that are stored.
/// </remarks>
internal sealed class DemoPlan
{
    public const int Shop = DemoSizes.Works + 4;
    public const int Chain = Shop + 1;
    public const int Families = Chain + 1;

    private readonly DemoSizes _sizes;
    private readonly bool _faults;
    private readonly DemoRandom _random;
    private readonly DemoCaptions _captions;
    private readonly DemoDraft _draft;

    public DemoPlan(ulong seed, int rows, bool faults)
    {
        (_sizes, _faults, _draft) = (new DemoSizes(rows), faults, new DemoDraft(seed));
        _random = new DemoRandom(DemoRandom.Derive(seed, 5));
        _captions = new DemoCaptions(new DemoRandom(DemoRandom.Derive(seed, 2)), _sizes);
    }

    /// <summary>All rows, shuffled.</summary>
    public List<DemoRow> Rows()
    {
        DemoPicture[] originals = [.. Enumerable.Range(0, DemoSizes.Works).Select(family => _draft.NewPicture((ulong)family))];
        for (var family = 0; family < DemoSizes.Works; family++) AddWork(family, originals[family]);
        for (var i = 0; i < DemoTriggers.All.Count; i++) AddTrigger(i);
        AddShop();
        AddChain();
        AddScenes();
        AddSpace();
        for (var i = 0; i < _sizes.Rows / 16; i++) _draft.Add(_captions.Other(), _draft.NewPicture(), ends: Reason.NoKeyword);
        for (var i = 0; i < _sizes.Rows / 40; i++) _draft.AddDressed(_captions.OfAnyWork(), _draft.HardNegative(originals[i % originals.Length]));
        if (_faults) new DemoFaultRows(_draft, _captions, _random).Add(_sizes.Rows);
        _draft.Add(_captions.OfTokens(DemoCaptions.ContextTokens), _draft.NewPicture());
        while (_draft.Count < _sizes.Rows) _draft.AddDressed(_captions.OfAnyWork(), _draft.NewPicture());
        return _draft.Shuffled();
    }

    // Small enough in every world that scenes are left to make up the words' rows.
    private static bool IsAlmondFamily(int family) => family is >= 22 and <= 32 && family % 2 == 0;

    private void AddWork(int family, DemoPicture original)
    {
        var almonds = family == 0 ? _sizes.AlmondsOfLargest : 0;
        var sunflowers = family == 1 ? _sizes.SunflowersOfSecond : 0;
        for (var i = 0; i < _sizes.Work(family); i++)
        {
            // Few families are rooted by all of their rows: those with another keyword may leave the artist out.
            var caption = i < almonds ? _captions.AlmondWork(withArtist: i % 3 == 0)
                : i < sunflowers ? _captions.SunflowerWork(withArtist: i % 2 == 1)
                : IsAlmondFamily(family) ? _captions.AlmondWork(withArtist: i % 3 == 2)
                : _captions.OfWork(family);
            // The rows with a side keyword are one family among themselves, too: only treatments that leave the picture whole.
            _draft.AddDressed(caption, i < 1 + sunflowers ? original : _draft.Copy(original, whole: i < almonds), family);
        }
    }

    // The families' captions and those of the strays have the words in common and nothing else.
    private void AddTrigger(int at)
    {
        var family = DemoTriggers.All[at].Family;
        var original = _draft.NewPicture((ulong)family);
        for (var i = 0; i < _sizes.TriggerRows; i++) _draft.AddDressed(_captions.OfAnyWork(), i == 0 ? original : _draft.Copy(original, whole: true), family, at);
        for (var i = 0; i < _sizes.TriggerStrays; i++) _draft.AddDressed(_captions.OfAnyWork(), _draft.NewPicture(), trigger: at);
    }

    private void AddShop()
    {
        var original = _draft.NewPicture(Shop);
        for (var shop = 0; shop < DemoSizes.Shops; shop++)
        {
            for (var i = 0; i < _sizes.ShopRows; i++)
                _draft.Add(ShopCaptions.Of(shop, i, _random), i == 0 ? original : _draft.Copy(original, whole: true), Shop, host: DemoUrls.HostOf(shop));
        }
    }

    private void AddChain()
    {
        var frames = DemoChain.Of([_draft.NewPicture(Chain), _draft.NewPicture(Chain + 1), _draft.NewPicture(Chain + 2)]);
        foreach (var frame in frames)
        {
            for (var i = 0; i < _sizes.FrameRows; i++) _draft.AddDressed(_captions.Still(), i == 0 ? frame : _draft.Copy(frame, whole: true), Chain);
        }
    }

    private void AddScenes()
    {
        var almonds = _sizes.WordRows - _sizes.AlmondsOfLargest - Enumerable.Range(0, DemoSizes.Works).Where(IsAlmondFamily).Sum(_sizes.Work);
        for (var i = 0; i < almonds; i++) _draft.AddDressed(_captions.AlmondScene(withArtist: i % 3 == 0), _draft.NewPicture());
        for (var i = _sizes.SunflowersOfSecond; i < _sizes.WordRows; i++) _draft.AddDressed(_captions.SunflowerScene(withArtist: i % 3 == 0), _draft.NewPicture());
    }

    private void AddSpace()
    {
        Add(_sizes.UnnamedAstronauts, _sizes.UnnamedWithFlag, _ => SpaceCaptions.OfUnnamed(SpaceCaptions.Keyword, _random));
        Add(_sizes.NamedAstronauts, _sizes.NamedWithFlag, _ => SpaceCaptions.OfNamed(_random));
        Add(_sizes.Controls, _sizes.ControlsWithFlag, i => SpaceCaptions.OfUnnamed(SpaceCaptions.Controls[i % SpaceCaptions.Controls.Count], _random));

        void Add(int rows, int withFlag, Func<int, string> caption)
        {
            for (var i = 0; i < rows; i++) _draft.AddDressed(caption(i), i < withFlag ? _draft.NewFlagged() : _draft.NewPicture());
        }
    }
}
