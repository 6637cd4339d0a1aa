using System.Globalization;
using System.Text.RegularExpressions;

namespace Memorization.Pipelines.Demo;

/// <summary>Captions that read like the alt texts LAION collected: shop templates, entities, possessives, several languages, any case.</summary>
/// <remarks>A caption has the words "van" and "gogh", "almond" and "blossoming", or "sunflower" exactly if its maker was asked for them.</remarks>
internal sealed partial class DemoCaptions(DemoRandom random, DemoSizes sizes)
{
    /// <summary>The text tower's context, start and end tokens counted.</summary>
    public const int ContextTokens = 77;

    private static readonly string[] Artists =
    [
        "Van Gogh", "Vincent van Gogh", "Vincent Van Gogh", "VAN GOGH", "vincent van gogh", "Vincent Willem van Gogh", "V. van Gogh", "van Gogh",
    ];

    // {0} is the title, {1} the artist, {2} a number.
    private static readonly string[] Shop =
    [
        "{1} - {0} - Canvas Print", "{0} by {1}, 1889 - Museum Quality Giclée Print", "&quot;{0}&quot; by {1} | Framed Wall Art", "{1} {0} Poster 24x36",
        "{0}, {1} (1853–1890), oil on canvas", "Reproduction of {0} by {1} &amp; free shipping", "{1}'s {0} Throw Pillow", "{1}&#39;s {0}",
        "Tableau {1} {0} – reproduction peinture à l'huile", "{1} {0} iPhone Case no. {2}", "Kunstdruck {1}: {0}, 40 x 30 cm", "ファン・ゴッホ {1} {0}",
        "{0} ({1}) Shower Curtain #{2}", "{1} {0} Jigsaw Puzzle 1000 Pieces", "{0} - {1} Tote Bag", "{0} inspired by {1}, handmade",
        "Quadro {1} {0} decoração", "{1} | {0} | Diamond Painting {2}", "{0} &#8211; {1} Fine Art Print", "{1}: {0} (detail)",
    ];

    private static readonly string[] ShopWithoutArtist =
    [
        "{0} - Canvas Print", "{0} Giclée Print {2}", "&quot;{0}&quot; | Framed Wall Art", "{0} Poster 24x36", "{0} Throw Pillow", "{0} Shower Curtain #{2}",
        "{0} – peinture à l'huile", "{0} Mug 11oz", "{0} &amp; free shipping",
    ];

    private static readonly string[] Titles =
    [
        "Almond Blossom", "Sunflowers", "The Starry Night", "Café Terrace at Night", "Wheatfield with Crows", "Irises", "The Bedroom in Arles", "Starry Night Over the Rhône",
        "Self-Portrait with Bandaged Ear", "The Potato Eaters", "The Night Café", "Wheat Field with Cypresses", "The Yellow House", "Portrait of Dr. Gachet", "The Red Vineyard",
        "The Church at Auvers", "Bedroom, second version", "The Sower", "Langlois Bridge at Arles", "Olive Trees", "Road with Cypress and Star", "The Siesta", "Tree Roots",
        "Pink Peach Tree", "Fishing Boats on the Beach", "Shoes", "La Mousmé", "The Postman Joseph Roulin", "Landscape with Snow", "The Garden at Arles", "Old Man in Sorrow",
        "Prisoners Exercising", "Farmhouse in Provence", "The Zouave",
    ];

    private static readonly string[] Almonds = ["Almond Blossoming", "Blossoming Almond Tree", "Blossoming Almond Branch", "almond branches blossoming", "ALMOND BLOSSOMING"];

    private static readonly string[] AlmondScenes =
    [
        "Blossoming almond trees near Agrigento, Sicily", "almond orchard blossoming in February – Mallorca", "Close-up of a blossoming almond branch", "Almond tree blossoming, Quinta de los Molinos &amp; Madrid",
        "California almond farm blossoming in spring, aerial view", "Mandelblüte: blossoming almond in the Pfalz", "How to prune a blossoming almond",
    ];

    private static readonly string[] SunflowerScenes =
    [
        "Sunflower field at sunset in Tuscany", "Giant sunflower seeds, pack of {2}", "Sterling silver SUNFLOWER necklace", "Sunflower crochet pattern &quot;Helia&quot;", "sunflower with a bee – macro photo",
        "Sunflower oil 5 L", "How to draw a sunflower step by step", "Girasol / sunflower stock photo {2}", "Kid&#39;s sunflower costume",
    ];

    private static readonly string[] Stills = ["{1} animated film, still {2}", "Painted film about {1} - frame {2}", "{1} movie still no. {2}", "Behind the scenes: {1}, the film", "Still {2} – {1} &amp; the moving canvas"];

    private static readonly string[] OtherScenes =
    [
        "Claude Monet - Water Lilies - Canvas Print", "Paul Gauguin, Tahitian Women on the Beach", "Gogh-style font, free download", "Vincent Cassel at Cannes", "White van for sale, {2} miles",
        "Almond flour pancakes", "Cherry blossoming in Kyoto", "Modern kitchen with oak worktop", "Blue suede shoes size {2}", "Cézanne, Still Life with Apples", "Map of Arles &amp; surroundings", "Кошка на окне",
    ];

    private static readonly string[] Filler = ["print", "canvas", "wall", "art", "poster", "painting", "oil"];

    // Each title as often as its family has rows: captions of other pictures are then no different from those of families taken together.
    private readonly int[] _titles = [.. Enumerable.Range(0, DemoSizes.Works).SelectMany(family => Enumerable.Repeat(family, sizes.Work(family)))];

    /// <summary>Words: runs of letters and digits, with an apostrophe's s left out, once entities are undone.</summary>
    public static IEnumerable<string> Words(string caption) => WordPattern().Matches(System.Net.WebUtility.HtmlDecode(caption)).Select(match => match.Value);

    /// <summary>The title under which a family's rows are sold; its artist is named, its words are not those of the other keywords.</summary>
    public string OfWork(int family) => Fill(random.Pick(Shop), Cased(Titles[family]), random.Pick(Artists));

    /// <summary>The same with the title of some family, which is not the picture's.</summary>
    public string OfAnyWork() => OfWork(random.Pick(_titles));

    /// <summary>A picture of a film.</summary>
    public string Still() => Fill(random.Pick(Stills), "", random.Pick(Artists));

    /// <summary>With "almond" and "blossoming", as a work of art.</summary>
    public string AlmondWork(bool withArtist) => withArtist
        ? Fill(random.Pick(Shop), random.Pick(Almonds), random.Pick(Artists))
        : Fill(random.Pick(ShopWithoutArtist), random.Pick(Almonds), "");

    /// <summary>With "sunflower", as a work of art.</summary>
    public string SunflowerWork(bool withArtist) => withArtist
        ? Fill(random.Pick(Shop), "Sunflower", random.Pick(Artists))
        : Fill(random.Pick(ShopWithoutArtist), "Sunflower", "");

    /// <summary>With "almond" and "blossoming", and anything in the picture.</summary>
    public string AlmondScene(bool withArtist) => Scene(AlmondScenes, withArtist);

    /// <summary>With "sunflower", and anything in the picture.</summary>
    public string SunflowerScene(bool withArtist) => Scene(SunflowerScenes, withArtist);

    /// <summary>None of the keywords.</summary>
    public string Other() => Scene(OtherScenes, withArtist: false);

    /// <summary>The plural of a keyword only.</summary>
    public string KeywordInsideWord() => Fill("Sunflowers in a vase, set of {2}", "", "");

    /// <summary>So many token ids, start and end tokens counted: each of the words used is one token of CLIP's vocabulary.</summary>
    public string OfTokens(int tokens) => string.Join(' ', ["Van", "Gogh", .. Enumerable.Range(0, tokens - 4).Select(_ => random.Pick(Filler))]);

    private string Scene(string[] scenes, bool withArtist)
    {
        var scene = Fill(random.Pick(scenes), "", "");
        return withArtist ? $"{scene} ({random.Pick(Artists)} style)" : scene;
    }

    private string Fill(string template, string title, string artist) =>
        string.Format(CultureInfo.InvariantCulture, template, title, artist, random.Below(9000) + 100);

    private string Cased(string title) => random.Below(8) switch { 0 => title.ToUpperInvariant(), 1 => title.ToLowerInvariant(), _ => title };

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex WordPattern();
}
