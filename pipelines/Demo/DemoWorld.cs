namespace Memorization.Pipelines.Demo;

/// <summary>A small LAION-like world: its rows, the pictures behind their URLs, and the families that were planted. Immutable; the same arguments give the same world for ever.</summary>
internal sealed class DemoWorld
{
    /// <summary>The fewest rows that hold every kind.</summary>
    public const int LeastRows = 1000;

    private DemoWorld(IReadOnlyList<DemoRow> rows) => Rows = rows;

    /// <summary>The study's keywords. The first is the one that families are rooted in; rows with the others alone are selected too.</summary>
    public static IReadOnlyList<string> Keywords { get; } = ["van gogh", "almond blossoming", "sunflower", SpaceCaptions.Keyword, .. SpaceCaptions.Controls];

    /// <summary>The sets of words that lead to a family, each to another.</summary>
    public static IReadOnlyList<DemoTrigger> Triggers => DemoTriggers.All;

    /// <summary>The family of a shop's photograph: many rows, few templates.</summary>
    public const int ShopFamily = DemoPlan.Shop;

    /// <summary>The family whose pictures turn into others step by step.</summary>
    public const int ChainFamily = DemoPlan.Chain;

    /// <summary>In the order of the files.</summary>
    public IReadOnlyList<DemoRow> Rows { get; }

    /// <summary>The flag in pictures of astronauts and others.</summary>
    public PlantedObjects Objects => PlantedObjects.Of(Rows);

    /// <summary>Words that say nothing of any picture.</summary>
    public static IReadOnlyList<string> NullWords => Demo.NullWords.All;

    /// <summary>Row keys by planted family, of the rows that can be stored.</summary>
    public IReadOnlyDictionary<int, IReadOnlySet<UInt128>> Planted => Rows
        .Where(row => row is { Family: not null, Ends: null })
        .GroupBy(row => row.Family!.Value)
        .ToDictionary(family => family.Key, IReadOnlySet<UInt128> (family) => family.Select(row => row.Key).ToHashSet());

    /// <summary>How many rows the <see cref="Triggers"/> have, of those that can be stored.</summary>
    public IReadOnlyList<PlantedTrigger> PlantedTriggers() =>
    [
        .. Triggers.Select(trigger =>
        {
            var rows = Rows.Where(row => row.Ends is null && row.Has(string.Join(' ', trigger.Words))).ToList();
            return new PlantedTrigger(trigger.Family, trigger.Words, rows.Count, rows.Count(row => row.Family == trigger.Family));
        }),
    ];

    /// <summary>Renders the pictures of <see cref="Rows"/>; keep one for the whole run, it paints each family's original once.</summary>
    public DemoPictures Pictures() => new(Rows.Where(row => row.Family is not null).Select(row => row.Picture.Untreated()));

    /// <summary>Makes a world.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="rows">Rows in all, <see cref="LeastRows"/> or more.</param>
    /// <param name="faults">Whether some rows fail, in every way of <see cref="DemoFault"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too few rows.</exception>
    public static DemoWorld Make(ulong seed, int rows, bool faults)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, LeastRows);
        return new DemoWorld(new DemoPlan(seed, rows, faults).Rows());
    }
}
