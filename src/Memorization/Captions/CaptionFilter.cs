using System.Globalization;
using Memorization.Flow;
using Memorization.Urls;

namespace Memorization.Captions;

/// <summary>Keeps the rows whose caption has a keyword as a whole word and fits the text tower.</summary>
/// <remarks>Thread-safe. There is no fast path for short captions, because the exact count is stored.</remarks>
/// <param name="keywords">The study's keywords, as the scan asked them.</param>
/// <param name="options">How many tokens, and whose.</param>
public sealed class CaptionFilter(KeywordMatcher keywords, CaptionOptions options)
{
    // Made for the first row: its vocabulary takes 0.2 s, and most nights bring none.
    private readonly Lazy<ClipTokenizer> _tokenizer = new(() => ClipTokenizer.Create(options.Tokenizer));

    /// <summary>The row with its token count, or <see cref="Reason.KeywordInsideWord"/>, or <see cref="Reason.CaptionTooLong"/> ("91 tokens").</summary>
    public ValueTask<Outcome<SelectedRow>> RunAsync(LinkedRow row, CancellationToken stop) => ValueTask.FromResult(Run(row));

    private Outcome<SelectedRow> Run(LinkedRow row)
    {
        var caption = row.Row.Caption;
        if (!keywords.Matches(caption)) return new Rejection(Reason.KeywordInsideWord);

        var count = _tokenizer.Value.Count(caption);
        return count <= options.MaxTokens
            ? new SelectedRow(row.Row, row.Url, count)
            : new Rejection(Reason.CaptionTooLong, string.Create(CultureInfo.InvariantCulture, $"{count} tokens"));
    }
}
