using Microsoft.ML.Tokenizers;

namespace Memorization.Captions;

/// <summary>Hugging Face's way: form C, lower case code point by code point. White space needs no care here: no token has any.</summary>
internal sealed class HuggingFaceNormalizer : Normalizer
{
    // The end token is found in the text as received and never in the normalised one, the start token the other way round.
    public override string Normalize(string original) =>
        original.Contains(ClipVocabulary.End, StringComparison.Ordinal)
            ? string.Join(ClipVocabulary.EndMark, original.Split(ClipVocabulary.End).Select(NormalizePiece))
            : NormalizePiece(original);

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());

    private static string NormalizePiece(string text) => LowerCase.OfRunes(UnicodeText.Nfc(text));
}

/// <summary>OpenAI's way: ftfy, HTML unescape twice, lower case.</summary>
internal sealed class OpenAINormalizer : Normalizer
{
    public override string Normalize(string original) =>
        LowerCase.OfText(HtmlEntities.Unescape(HtmlEntities.Unescape(TextFixes.Fix(original))));

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
}
