using Memorization.Analysis;
using Memorization.Embedding;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Tests.Report;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

public sealed class UnreadFormatTests
{
    [Fact]
    public async Task Rows_whose_format_is_not_read_are_counted_by_format()
    {
        using var store = new MadeStore();
        await store.WriteAsync([new(1, 1, 1)], Unread(2, "avif"), Unread(3, "tiff"), Unread(4, "tiff"), Unread(5, "heif"), MadeRows.NotFound(6));
        using var database = await store.OpenAsync();
        UnreadFormat.All(database).ShouldBe([new("tiff", 2), new("avif", 1), new("heif", 1)]);
    }

    private static RowEnd Unread(int number, string format) =>
        new(((EmbeddedImage)MadeRows.Stored(number, number).Item).Decoded.Fetched, new Rejection(Reason.UnsupportedFormat, format));
}
