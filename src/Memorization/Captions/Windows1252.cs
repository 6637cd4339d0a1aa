namespace Memorization.Captions;

/// <summary>What browsers make of the control characters U+0080 to U+009F: the characters Windows has at these bytes.</summary>
internal static class Windows1252
{
    // The five bytes that Windows leaves open stay control characters.
    private const string Characters = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    /// <summary>The character meant by a control character from U+0080 to U+009F.</summary>
    public static char Character(char control) => Characters[control - 0x80];
}
