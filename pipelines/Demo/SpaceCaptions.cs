using System.Globalization;

namespace Memorization.Pipelines.Demo;

/// <summary>Captions of the study's second case: pictures of an astronaut, and of what an astronaut is compared with, that name a flag or do not.</summary>
internal static class SpaceCaptions
{
    /// <summary>The keyword.</summary>
    public const string Keyword = "astronaut";

    /// <summary>Words of comparable rows.</summary>
    public static IReadOnlyList<string> Controls { get; } = ["cosmonaut", "pilot", "spacesuit"];

    /// <summary>Word sets that name the flag.</summary>
    public static IReadOnlyList<string> Aliases { get; } = ["us", "usa", "flag", "american", "nasa", "stars and stripes"];

    // {0} is the keyword or the control, {1} a number. "bus" and "flagship" have a name inside another word.
    private static readonly string[] Unnamed =
    [
        "{0} floating above the Earth", "Vintage {0} poster {1}", "Cute cartoon {0} sticker", "{0} riding a horse, digital art", "Portrait of the {0} &amp; a cat", "{0} costume for kids, size {1}",
        "Lone {0} walking through the desert – concept art", "{0} helmet reflection, stock photo {1}", "How to draw the {0} step by step", "{0} on a bus ticket", "Flagship store with {0} statue",
        "{0} lost in space, oil painting", "{0} silhouette against the stars", "Astronomy for beginners: the {0}", "{0} mug 11oz no. {1}", "Low poly {0} 3D model",
    ];

    private static readonly string[] Named =
    [
        "NASA {0} on a spacewalk, {1}", "American {0} portrait", "{0} with US flag patch", "USA {0} poster {1}", "{0} planting the flag on the Moon", "{0} in front of the Stars and Stripes", "Retired nasa {0} signs books",
    ];

    /// <summary>A caption that names no flag.</summary>
    /// <param name="word">The keyword or a control.</param>
    /// <param name="random">What decides.</param>
    public static string OfUnnamed(string word, DemoRandom random) => Fill(Unnamed, word, random);

    /// <summary>A caption with the keyword that names the flag.</summary>
    public static string OfNamed(DemoRandom random) => Fill(Named, Keyword, random);

    private static string Fill(string[] templates, string word, DemoRandom random) =>
        string.Format(CultureInfo.InvariantCulture, random.Pick(templates), random.Chance(0.5f) ? word : char.ToUpperInvariant(word[0]) + word[1..], random.Below(900) + 100);
}
