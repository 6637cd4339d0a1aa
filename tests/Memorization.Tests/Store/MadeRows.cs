using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Memorization.Captions;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Rows;
using Memorization.Urls;

namespace Memorization.Tests.Store;

/// <summary>Rows at their end, as the graph would bring them.</summary>
internal static class MadeRows
{
    public static UnitId Unit { get; } = new(7, 0);

    public static LaionRow Row(int number, UnitId? unit = null) => new()
    {
        // Four keys in a row begin with the same digits.
        Key = ((UInt128)(number / 4) << 100) + (UInt128)number + 1,
        Unit = unit ?? Unit,
        RowInGroup = number,
        Url = $"http://host.test/{number}.jpg",
        Caption = string.Create(CultureInfo.InvariantCulture, $"van gogh number {number}"),
        Width = 100,
    };

    public static SelectedRow Selected(int number, UnitId? unit = null) => new(Row(number, unit), new Uri($"http://host.test/{number}.jpg"), 9);

    public static FetchRecord Record { get; } = new(200, 1, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), TimeSpan.FromMilliseconds(12));

    public static string Content(int content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"content {content}")));

    /// <summary>A stored row; its image is the one with the number <paramref name="content"/>.</summary>
    public static RowEnd Stored(int number, int? content = null, UnitId? unit = null)
    {
        var angle = (content ?? number) * 0.5;
        var fetched = new FetchedImage(Selected(number, unit), new byte[] { 1, 2, 3 }, Content(content ?? number), "image/png", Record);
        var decoded = new DecodedImage(fetched, new ClipPixels([], 640, 480, "png")) { Thumbnail = [0xFF, 0xD8, (byte)(content ?? number)] };
        return new RowEnd(new EmbeddedImage(decoded, [(Half)Math.Cos(angle), (Half)Math.Sin(angle)]), null);
    }

    public static RowEnd NotFound(int number) =>
        new(Selected(number), new FetchRejection(Reason.NotFound, "HTTP 404", Record with { HttpStatus = 404 }));

    public static RowEnd Failed(int number, Reason reason, DateTimeOffset at) =>
        new(Selected(number), new FetchRejection(reason, null, Record with { FetchedAt = at }));

    /// <summary>A row that was met before.</summary>
    public static RowEnd Again(int number, UnitId unit) => new(Selected(number, unit), new Rejection(Reason.DuplicateRow));

    public static RowEnd CaptionTooLong(int number, UnitId? unit = null) =>
        new(new LinkedRow(Row(number, unit), new Uri("http://host.test/")), new Rejection(Reason.CaptionTooLong, "78 tokens"));

    public static RowEnd UnitEnds(long emitted, long noKeyword = 0, UnitId? unit = null) =>
        new(new UnitEnd(unit ?? Unit, emitted, new Dictionary<Reason, long> { [Reason.NoKeyword] = noKeyword }), null);
}
