namespace Memorization.Embedding;

/// <summary>What is known of a model that embeds images.</summary>
/// <param name="Name">"built-in", or the file's name without folder and extension.</param>
/// <param name="Description">One or two sentences for a person who reads the report.</param>
/// <param name="ModelId">SHA-256, 64 hexadecimal digits, over weights, preprocessing and precision: one embedding space.</param>
/// <param name="Side">Pixels on each side of the images that it reads.</param>
/// <param name="Dimension">Numbers per embedding.</param>
/// <param name="DefaultThreshold">The cosine similarity from which two images count as near-identical unless the study says otherwise.</param>
public sealed record ImageModel(string Name, string Description, string ModelId, int Side, int Dimension, double DefaultThreshold);
