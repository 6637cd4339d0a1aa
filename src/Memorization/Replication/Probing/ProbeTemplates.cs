namespace Memorization.Replication.Probing;

/// <summary>Captions that ask for a family, made from its words without any model, and controls beside them.</summary>
/// <remarks>
/// Five kinds: the words alone; short and long captions about them; captions of something else that contain them; long ones without the study's keyword. Controls leave a word
/// out, turn the words round, take synonyms, or say something neutral in as many words. Probes of a kind are taken from a short list in turn, so that families do not all share one frame.
/// </remarks>
internal static class ProbeTemplates
{
    /// <summary>The most probes of one kind.</summary>
    public const int MostOfAKind = 4;

    private static readonly string[] Short = ["a picture of {0}", "{0}, framed print", "a beautiful image of {0}", "{0} on canvas"];

    private static readonly string[] Long =
    [
        "a detailed picture of {0} on the white wall of a quiet room, seen from the front in soft daylight, every colour clear and every line in focus",
        "a large image that shows {0} from edge to edge, with rich colours, fine texture and nothing else around it, as it would stand in a printed catalogue",
        "{0} as one would see it in a museum on a calm afternoon, lit evenly from above, photographed straight on with a good camera and no flash",
        "a faithful reproduction of {0} in full size, with deep shadows and warm light, made for people who want to look at it for a long time",
    ];

    private static readonly string[] Unrelated =
    [
        "a delivery truck in the rain with {0} painted on its side", "a bowl of soup on a kitchen table beside a card that says {0}",
        "a railway station at night, an old poster about {0} far behind the crowd", "a child's bicycle leaning on a fence, {0} written on its basket",
    ];

    // As many of these words as a caption has: nothing that a study looks for.
    private static readonly string[] Neutral = "a plain grey wall behind an empty wooden table near a closed window in a small quiet room".Split(' ');

    private static readonly string[] Scenes =
    [
        "{0} standing in a workshop", "a portrait of {0} against a plain background", "{0} walking along a beach at noon", "a drawing of {0} in black ink",
    ];

    /// <summary>The probes of a family.</summary>
    /// <param name="family">Its words.</param>
    /// <param name="rank">Its place among the families: where in the lists it begins.</param>
    /// <param name="each">Probes of a kind, 1 to <see cref="MostOfAKind"/>; of captions that cannot differ, as the words alone, one.</param>
    public static IEnumerable<Probe> Of(ProbeFamily family, int rank, int each)
    {
        var phrase = string.Join(' ', family.Phrase);
        yield return Make("keywords", phrase);
        foreach (var caption in Filled(Short, phrase)) yield return Make("short", caption);
        foreach (var caption in Filled(Long, phrase)) yield return Make("long", caption);
        foreach (var caption in Filled(Unrelated, phrase)) yield return Make("unrelated", caption);

        // Without a keyword of the study, the most frequent word takes its place.
        var without = family.Phrase.Where(word => family.Keyword.Count > 0 ? family.Words.Contains(word) : word != family.Words[0]).ToList();
        if (without.Count > 0)
            foreach (var caption in Filled(Long, string.Join(' ', without))) yield return Make("without_keyword", caption);

        if (family.Phrase.Count > 1)
        {
            for (var i = 0; i < Math.Min(each, family.Words.Count); i++) yield return Make("control", string.Join(' ', family.Phrase.Where(word => word != family.Words[i])));
            yield return Make("control", string.Join(' ', family.Phrase.Reverse()));
        }

        if (Synonyms.Replace(family.Phrase, family.Words) is { } otherWords) yield return Make("control", otherWords);
        yield return Make("control", string.Join(' ', Neutral.Take(Math.Max(2, family.Phrase.Count))));

        Probe Make(string kind, string caption) => new(caption) { Family = family.Family, Kind = kind };

        IEnumerable<string> Filled(string[] templates, string words) => Enumerable.Range(0, each).Select(i => string.Format(null, templates[(rank + i) % templates.Length], words));
    }

    /// <summary>Captions that name a keyword in everyday scenes and no object beside it: of what they bring back that was not asked for, the training images speak.</summary>
    /// <param name="keyword">What is named.</param>
    /// <param name="each">How many, 1 to <see cref="MostOfAKind"/>.</param>
    public static IEnumerable<Probe> OfObject(string keyword, int each) => Scenes.Take(each).Select(scene => new Probe(string.Format(null, scene, keyword)) { Kind = "object" });
}
