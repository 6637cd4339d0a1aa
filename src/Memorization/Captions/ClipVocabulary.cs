using System.Globalization;

namespace Memorization.Captions;

/// <summary>CLIP's vocabulary of 49,408 tokens, derived from its merges as OpenAI's tokenizer does.</summary>
internal static class ClipVocabulary
{
    public const string Start = "<|startoftext|>";
    public const string End = "<|endoftext|>";
    public const string EndOfWord = "</w>";

    /// <summary>The id of the first merge; the bytes come before it, once within a word and once at its end.</summary>
    public const int FirstMergeId = 512;

    /// <summary>Stands for an end token in Hugging Face's normalised text, which has no lone surrogates of its own.</summary>
    public const char EndMark = '\uDFFF';

    /// <summary>The 256 bytes in the order of their ids: those that print in Latin-1 first.</summary>
    public static readonly byte[] Bytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b).OrderBy(b => !Prints(b))];

    /// <summary>The merges in order of rank, each two tokens with a space between.</summary>
    public static string[] Merges() => [.. CompressedLines.Read("clip-merges.txt.gz")];

    /// <summary>Token to id: the bytes, the bytes that end a word, one token a merge, then start and end.</summary>
    public static Dictionary<string, int> Tokens(string[] merges)
    {
        // Those that do not print are written as U+0100 and up, in order.
        var others = '\u0100';
        var bytes = Bytes.Select(b => (Prints(b) ? (char)b : others++).ToString(CultureInfo.InvariantCulture)).ToArray();
        string[] tokens =
        [
            .. bytes,
            .. bytes.Select(character => character + EndOfWord),
            .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)),
            Start,
            End,
        ];
        return tokens.Select(KeyValuePair.Create).ToDictionary(StringComparer.Ordinal);
    }

    private static bool Prints(byte b) => b is (>= (byte)'!' and <= (byte)'~') or (>= 0xA1 and not 0xAD);
}
