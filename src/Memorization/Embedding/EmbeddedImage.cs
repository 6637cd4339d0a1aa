using Memorization.Images;

namespace Memorization.Embedding;

/// <summary>A row with its image's place in the model's embedding space.</summary>
/// <param name="Decoded">The row, the bytes and the pixels.</param>
/// <param name="Embedding">L2-normalised, rounded to float16: the values that are stored and compared.</param>
public sealed record EmbeddedImage(DecodedImage Decoded, Half[] Embedding);
