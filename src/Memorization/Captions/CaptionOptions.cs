using System.ComponentModel.DataAnnotations;

namespace Memorization.Captions;

/// <summary>Which captions fit CLIP's text tower.</summary>
public sealed record CaptionOptions
{
    /// <summary>The most token ids a caption may have, start and end token counted. Default 77, the context of every published CLIP.</summary>
    [Range(3, 4096)]
    public int MaxTokens { get; init; } = 77;

    /// <summary>Whose behaviour counts the tokens. Default Hugging Face's, as Stable Diffusion uses it.</summary>
    public ClipTokenizerKind Tokenizer { get; init; } = ClipTokenizerKind.HuggingFace;
}
