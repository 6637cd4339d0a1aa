using Memorization.Captions;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Urls;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

public class CaptionFilterTests
{
    private static readonly CaptionFilter Filter = new(new KeywordMatcher(["van gogh"]), new CaptionOptions());

    [Fact]
    public async Task A_caption_of_77_tokens_is_kept_with_its_count()
    {
        var row = Row("van gogh " + string.Concat(Enumerable.Repeat("a ", 73)));
        (await Filter.RunAsync(row, TestContext.Current.CancellationToken)).IsKept(out var kept).ShouldBeTrue();
        kept.ShouldBe(new SelectedRow(row.Row, row.Url, 77));
    }

    [Fact]
    public async Task A_caption_of_78_tokens_is_rejected()
    {
        var outcome = await Filter.RunAsync(Row("van gogh " + string.Concat(Enumerable.Repeat("a ", 74))), TestContext.Current.CancellationToken);
        outcome.Rejection.ShouldBe(new Rejection(Reason.CaptionTooLong, "78 tokens"));
    }

    [Fact]
    public async Task A_caption_with_the_keyword_inside_a_word_is_rejected()
    {
        var outcome = await Filter.RunAsync(Row("VanGogh"), TestContext.Current.CancellationToken);
        outcome.Rejection.ShouldBe(new Rejection(Reason.KeywordInsideWord));
    }

    [Fact]
    public async Task The_options_say_how_many_tokens_and_whose()
    {
        // HTML is undone by OpenAI's tokenizer alone: &, quot and ; are three ids to Hugging Face's.
        var row = Row("&quot;van gogh&quot;");
        var outcomes = new List<string>();
        foreach (var kind in Enum.GetValues<ClipTokenizerKind>())
        {
            var filter = new CaptionFilter(new KeywordMatcher([]), new CaptionOptions { MaxTokens = 7, Tokenizer = kind });
            outcomes.Add((await filter.RunAsync(row, TestContext.Current.CancellationToken)).ToString());
        }

        outcomes.ShouldBe(["CaptionTooLong: 10 tokens", "kept"]);
    }

    private static LinkedRow Row(string caption) => new(
        new LaionRow { Key = 1, Unit = new UnitId(2, 0), RowInGroup = 0, Url = "https://museum.test/a.jpg", Caption = caption },
        new Uri("https://museum.test/a.jpg"));
}
