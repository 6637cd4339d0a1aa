namespace Memorization.Clustering;

/// <summary>An image's embedding, under the key of its content.</summary>
/// <param name="Key">The content's SHA-256.</param>
/// <param name="Values">float16 values as stored; compared as they are, never normalised or rounded again.</param>
public readonly record struct KeyedVector(ContentKey Key, ReadOnlyMemory<Half> Values);

/// <summary>A vector that no similarity is defined for, or one that contradicts another.</summary>
/// <param name="key">The vector's key.</param>
/// <param name="index">Its zero-based place among the vectors handed in.</param>
/// <param name="problem">What is wrong, as the end of a sentence.</param>
public sealed class InvalidVectorException(ContentKey key, int index, string problem) : ArgumentException($"Vector {index} ({key}): {problem}.")
{
    /// <summary>The vector's key.</summary>
    public ContentKey Key { get; } = key;

    /// <summary>Its zero-based place among the vectors handed in.</summary>
    public int Index { get; } = index;

    /// <summary>What is wrong with it.</summary>
    public string Problem { get; } = problem;
}
