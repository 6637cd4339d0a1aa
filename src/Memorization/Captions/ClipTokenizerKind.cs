namespace Memorization.Captions;

/// <summary>The two published behaviours of CLIP's tokenizer: they differ on about one caption in fifty.</summary>
public enum ClipTokenizerKind
{
    /// <summary>transformers' CLIPTokenizer, which Stable Diffusion uses: normalization form C, lower case; HTML stays escaped.</summary>
    HuggingFace,

    /// <summary>OpenAI's simple_tokenizer: ftfy's character fixes (not its mojibake repair), HTML unescaped twice, lower case.</summary>
    OpenAI,
}
