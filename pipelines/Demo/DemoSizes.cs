namespace Memorization.Pipelines.Demo;

/// <summary>How many rows of each kind a <see cref="DemoWorld"/> has. All are whole multiples, so that every planted share is exact whatever the number of rows.</summary>
/// <param name="Rows">Rows in all.</param>
internal readonly record struct DemoSizes(int Rows)
{
    /// <summary>Families that show a painting, numbered from 0, largest first.</summary>
    public const int Works = 34;

    /// <summary>Shops with a template of their own, all of which show one photograph.</summary>
    public const int Shops = 4;

    /// <summary>Frames of the chained family.</summary>
    public const int Frames = DemoChain.Frames;

    private const int LargestFamily = 300;

    /// <summary>Rows with the words of each of the two side keywords: 50, or a multiple.</summary>
    public int WordRows => 50 * Thousands(6);

    /// <summary>Of the rows with "almond" and "blossoming", those of the largest family: 52 %.</summary>
    public int AlmondsOfLargest => WordRows * 52 / 100;

    /// <summary>Of the rows with "sunflower", those of the second family: 2 %.</summary>
    public int SunflowersOfSecond => WordRows * 2 / 100;

    /// <summary>Rows of each family that a set of words leads to.</summary>
    public int TriggerRows => 18 * Thousands(6);

    /// <summary>Other rows with all words of such a set, a ninth: P(family | words) is 0.9.</summary>
    public int TriggerStrays => TriggerRows / 9;

    /// <summary>Captions of each shop: some dozens.</summary>
    public int ShopRows => Math.Clamp(Rows / 60, 16, 50);

    /// <summary>Rows of each frame of the chained family.</summary>
    public int FrameRows => Thousands(3);

    /// <summary>Rows with "astronaut" and none of the flag's names.</summary>
    public int UnnamedAstronauts => 100 * Thousands(10);

    /// <summary>Those of them with the flag in the picture: 10 %.</summary>
    public int UnnamedWithFlag => UnnamedAstronauts / 10;

    /// <summary>Rows with "astronaut" and a name of the flag.</summary>
    public int NamedAstronauts => 20 * Thousands(10);

    /// <summary>Those of them with the flag in the picture: 40 %.</summary>
    public int NamedWithFlag => NamedAstronauts * 2 / 5;

    /// <summary>Rows with one of the words that "astronaut" is compared with, a third each.</summary>
    public int Controls => 60 * Thousands(10);

    /// <summary>Those of them with the flag in the picture: one in sixty.</summary>
    public int ControlsWithFlag => Controls / 60;

    /// <summary>Rows of a painting's family: 300 (a tenth of the rows, if that is less) down to 2, as 1 / (number + 1) falls.</summary>
    public int Work(int family)
    {
        var largest = Math.Min(LargestFamily, Rows / 10);
        // 1 for the first, 0 for the last.
        var place = ((1.0 / (family + 1)) - (1.0 / Works)) / (1 - (1.0 / Works));
        return (int)Math.Round(2 + ((largest - 2) * place));
    }

    private int Thousands(int most) => Math.Clamp(Rows / 1000, 1, most);
}
