namespace Memorization.Pipelines.Demo;

/// <summary>A set of words that leads to a planted family: all of them stand in each of its captions, all but one in many others.</summary>
/// <param name="Family">The family's number.</param>
/// <param name="Words">Two or three words, lower case.</param>
internal sealed record DemoTrigger(int Family, IReadOnlyList<string> Words);

/// <summary>The sets that are planted.</summary>
internal static class DemoTriggers
{
    // The last word of each is one of the set's; the others are stop words, or they would lead to the family as well.
    private static readonly string[][] Phrases =
    [
        ["in walnut", "for the nursery"],
        ["with brass", "for the hallway"],
        ["on linen", "as a gift"],
        ["in gold", "in matte", "as a panorama"],
    ];

    /// <summary>The sets, each with its family.</summary>
    public static IReadOnlyList<DemoTrigger> All { get; } =
        [.. Phrases.Select((set, i) => new DemoTrigger(DemoSizes.Works + i, [.. set.Select(phrase => phrase[(phrase.LastIndexOf(' ') + 1)..])]))];

    /// <summary>Phrases of a caption: the whole set of the trigger that it is to have, and of every other one nothing, or all but one.</summary>
    /// <param name="trigger">Index of the set; null for none.</param>
    /// <param name="random">What decides.</param>
    public static IEnumerable<string> Draw(int? trigger, DemoRandom random)
    {
        List<string> drawn = [];
        for (var i = 0; i < Phrases.Length; i++)
        {
            var set = Phrases[i].ToList();
            if (i != trigger)
            {
                set.RemoveAt(random.Below(set.Count));
                if (!random.Chance(0.3f)) continue;
            }

            drawn.AddRange(set);
        }

        random.Shuffle(drawn);
        return drawn;
    }
}
