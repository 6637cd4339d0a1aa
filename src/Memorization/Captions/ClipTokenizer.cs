using Microsoft.ML.Tokenizers;

namespace Memorization.Captions;

/// <summary>CLIP's byte-pair encoding of a caption into token ids.</summary>
/// <remarks>
/// Thread-safe. Takes any string and never throws on one; a lone surrogate counts as U+FFFD.
/// Needs ICU: without it .NET skips normalisation, so <see cref="Create"/> throws <see cref="InvalidOperationException"/>.
/// The library's cache of merged words holds at most 10,000 words of at most 15 bytes and then takes no more: hostile text cannot grow it.
/// </remarks>
public sealed class ClipTokenizer
{
    /// <summary>The id of the start token, first of every caption.</summary>
    public const int StartId = 49406;

    /// <summary>The id of the end token, last of every caption.</summary>
    public const int EndId = 49407;

    private const int MaxLibraryWord = 256;

    private readonly Normalizer _normalizer;
    private readonly ClipPreTokenizer _preTokenizer;
    private readonly BpeTokenizer _bpe;
    private readonly Lazy<LongWordEncoder> _longWords = new(() => new LongWordEncoder());

    private ClipTokenizer(ClipTokenizerKind kind)
    {
        Kind = kind;
        _normalizer = kind == ClipTokenizerKind.OpenAI ? new OpenAINormalizer() : new HuggingFaceNormalizer();
        _preTokenizer = new ClipPreTokenizer(kind);
        var merges = ClipVocabulary.Merges();
        _bpe = BpeTokenizer.Create(new BpeOptions(ClipVocabulary.Tokens(merges))
        {
            Merges = merges,
            EndOfWordSuffix = ClipVocabulary.EndOfWord,
            ByteLevel = true,
            UnknownToken = ClipVocabulary.End,
            SpecialTokens = new Dictionary<string, int>
            {
                [ClipVocabulary.Start] = StartId,
                [kind == ClipTokenizerKind.OpenAI ? ClipVocabulary.End : $"{ClipVocabulary.EndMark}"] = EndId,
            },
            PreTokenizer = _preTokenizer,
        });
    }

    /// <summary>Whose behaviour this tokenizer has.</summary>
    public ClipTokenizerKind Kind { get; }

    /// <summary>A tokenizer with CLIP's own vocabulary. Takes half a second and 12 MB: keep it.</summary>
    public static ClipTokenizer Create(ClipTokenizerKind kind = ClipTokenizerKind.HuggingFace)
    {
        UnicodeText.RequireNormalization();
        return new ClipTokenizer(kind);
    }

    /// <summary>The ids of the caption, start and end token included, neither padded nor cut off.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var normalized = _normalizer.Normalize(text);
        return normalized.Length <= MaxLibraryWord ? [StartId, .. _bpe.EncodeToIds(normalized), EndId] : EncodeLong(normalized);
    }

    /// <summary>How many ids <see cref="Encode"/> gives; exact for every length.</summary>
    public int Count(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var normalized = _normalizer.Normalize(text);
        return normalized.Length <= MaxLibraryWord ? _bpe.CountTokens(normalized) + 2 : EncodeLong(normalized).Count;
    }

    private List<int> EncodeLong(ReadOnlySpan<char> normalized)
    {
        List<int> ids = [StartId];
        foreach (var (offset, length) in _preTokenizer.Cut(normalized))
        {
            var word = normalized.Slice(offset, length);
            if (length > MaxLibraryWord) _longWords.Value.Encode(word, ids);
            else ids.AddRange(_bpe.EncodeToIds(word, considerPreTokenization: false));
        }

        ids.Add(EndId);
        return ids;
    }
}
