namespace Memorization.Tests.Clip;

/// <summary>CLIP's special tokens as https://huggingface.co/openai/clip-vit-base-patch32 has them.</summary>
internal static class ClipTokens
{
    public const int Start = 49406;
    public const int End = 49407;
}
