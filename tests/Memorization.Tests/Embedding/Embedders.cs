using Memorization.Embedding;
using Memorization.Flow;
using Xunit;

namespace Memorization.Tests.Embedding;

/// <summary>Embedders over a model whose answer is known, and calls that do not wait for ever.</summary>
internal static class Embedders
{
    /// <summary>Means of red, green and blue.</summary>
    public static readonly byte[] Means = EncoderGraphs.ByteMeans(EncoderGraphs.Nhwc);

    // A row that nobody answers fails its test instead of holding it up.
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static CancellationToken Never => TestContext.Current.CancellationToken;

    public static Embedder Open(ModelOptions options, TimeProvider time, Action<EncoderBatch>? run = null) =>
        new(EncoderGraphs.Open(Means, options), options, time, run is null ? null : (batch, _) => run(batch));

    public static void Fill(EncoderBatch batch)
    {
        for (var i = 0; i < batch.Size; i++) batch.Embedding(i).Fill(1);
    }

    public static Task<Outcome<EmbeddedImage>> Ask(Embedder embedder, int red) => AskUntil(embedder, red, Never);

    public static Task<Outcome<EmbeddedImage>> AskUntil(Embedder embedder, int red, CancellationToken stop) =>
        embedder.RunAsync(Photos.Row(Red((byte)red)), stop).AsTask().WaitAsync(Patience, Never);

    public static byte[] Red(byte red)
    {
        var rgb = new byte[Photos.PixelBytes];
        for (var i = 0; i < rgb.Length; i += 3) (rgb[i], rgb[i + 1]) = (red, 100);
        return rgb;
    }
}
