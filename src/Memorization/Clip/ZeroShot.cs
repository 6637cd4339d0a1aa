namespace Memorization.Clip;

/// <summary>Which of several prompts an image fits, as CLIP was trained to say.</summary>
public static class ZeroShot
{
    /// <summary>The softmax of <c>logitScale·cosine</c> over the prompts: numbers of 0 to 1 that sum to 1.</summary>
    /// <param name="image">An image's embedding, L2-normalised.</param>
    /// <param name="prompts">The prompts' embeddings, L2-normalised, of the same length.</param>
    /// <param name="logitScale"><see cref="TextEncoder.LogitScale"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there is no prompt.</exception>
    public static double[] Score(ReadOnlySpan<float> image, IReadOnlyList<float[]> prompts, double logitScale)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count == 0) throw new ArgumentException("no prompt to compare with", nameof(prompts));
        var logits = new double[prompts.Count];
        for (var prompt = 0; prompt < logits.Length; prompt++)
        {
            if (prompts[prompt].Length != image.Length) throw new ArgumentException($"{prompts[prompt].Length} numbers for a prompt, {image.Length} for the image", nameof(prompts));
            for (var i = 0; i < image.Length; i++) logits[prompt] += logitScale * image[i] * prompts[prompt][i];
        }

        var largest = logits.Max();
        var powers = logits.Select(logit => Math.Exp(logit - largest)).ToArray();
        var sum = powers.Sum();
        return [.. powers.Select(power => power / sum)];
    }
}
