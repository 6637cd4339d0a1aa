namespace Memorization.Replication.Probing;

/// <summary>Other words for frequent words of captions, so that a control can say the same without the very words that were trained on.</summary>
/// <remarks>Words of English captions of shops and photographs, by hand; what is not in the list has no synonym here. A language model knows more: <see cref="ProbeWriter"/>.</remarks>
internal static class Synonyms
{
    // Each line's words can stand for each other.
    private static readonly string[] Groups =
    [
        "painting artwork", "picture image", "print poster", "photo photograph", "portrait likeness", "drawing sketch", "framed mounted", "canvas linen", "reproduction replica", "wall panel",
        "art artistry", "vintage antique", "modern contemporary", "old aged", "new fresh", "big large", "small little", "beautiful lovely", "cute adorable", "funny amusing", "bright vivid", "dark dim",
        "colourful multicoloured", "colorful multicolored", "black ebony", "white ivory", "red crimson", "blue azure", "green emerald", "yellow golden", "pink rose", "purple violet", "grey slate", "gray slate",
        "night evening", "morning dawn", "sunset dusk", "starry star-filled", "sky heavens", "sea ocean", "river stream", "lake pond", "mountain peak", "hill rise", "forest woods", "field meadow", "garden yard",
        "tree trees", "flower bloom", "flowers blooms", "blossom bloom", "blossoming flowering", "road lane", "street avenue", "bridge span", "house home", "cottage cabin", "city town", "village hamlet",
        "church chapel", "castle fortress", "boat vessel", "ship vessel", "car automobile", "bicycle bike", "train railway", "aeroplane aircraft", "airplane aircraft", "cat kitten", "dog hound", "horse stallion",
        "bird fowl", "woman lady", "man gentleman", "girl maiden", "boy lad", "child kid", "children kids", "baby infant", "people persons", "face visage", "smile grin", "dress gown", "shirt tee", "shoes footwear",
        "hat cap", "bag satchel", "mug cup", "pillow cushion", "case cover", "blanket throw", "rug carpet", "lamp light", "chair seat", "table desk", "sofa couch", "bed cot", "kitchen galley", "bedroom chamber",
        "cake gateau", "bread loaf", "coffee espresso", "wedding marriage", "birthday anniversary", "gift present", "toy plaything", "book volume", "card notecard", "sign placard", "logo emblem", "pattern motif",
        "happy cheerful", "free gratis", "cheap inexpensive", "handmade handcrafted", "wooden timber", "soft plush", "warm cosy", "cold chilly", "summer summertime", "winter wintertime", "autumn fall", "astronaut spaceman",
    ];

    private static readonly Dictionary<string, string> Of = Groups.Select(group => group.Split(' ')).SelectMany(pair => new[] { (From: pair[0], To: pair[1]), (From: pair[1], To: pair[0]) })
        .DistinctBy(pair => pair.From).ToDictionary(pair => pair.From, pair => pair.To);

    /// <summary>A phrase with the words that may be replaced replaced where there is another word for them; null where there is for none.</summary>
    public static string? Replace(IReadOnlyList<string> phrase, IReadOnlyList<string> replaceable)
    {
        List<string> words = [.. phrase.Select(word => replaceable.Contains(word) ? Of.GetValueOrDefault(word, word) : word)];
        return words.SequenceEqual(phrase) ? null : string.Join(' ', words);
    }
}
