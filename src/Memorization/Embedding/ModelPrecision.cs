namespace Memorization.Embedding;

#pragma warning disable CA1720 // These are the field's names for precisions, and the words of a study.

/// <summary>In which numbers a model that this program builds from weights computes.</summary>
public enum ModelPrecision
{
    /// <summary>32-bit floating point: the reference.</summary>
    Float32,

    /// <summary>16-bit floating point, for GPUs; sums, normalisations and the embedding itself are computed in 32 bits.</summary>
    Float16,

    /// <summary>8-bit integers in the linear maps, for CPUs.</summary>
    Int8,
}
