using System.Globalization;
using Memorization.Images;
using Memorization.Report;

namespace Memorization.Tests.Report;

/// <summary>A store of 500 families and 20,000 rows with images and captions as bulky as real ones.</summary>
internal static class LargeStore
{
    public const int Families = 500, Rows = 20_000;

    // Photographs of flickr8k make thumbnails of 3.2 KB on average and 4.6 KB at most.
    private const int Pictures = 200;

    /// <summary>Writes the store and its report.</summary>
    /// <returns>The store; its page is written.</returns>
    public static async Task<MadeStore> WriteAsync()
    {
        var random = new Random(1);
        var thumbnails = Enumerable.Range(0, Pictures).Select(_ => Thumbnail.Encode(Texture(random))).ToList();
        var store = new MadeStore();
        await store.WriteAsync([.. Enumerable.Range(0, Rows).Select(i => new MadeRow(i, i, FamilyOf(i))
        {
            Caption = string.Create(
                CultureInfo.InvariantCulture, $"Vincent van Gogh, painting number {FamilyOf(i)}, oil on canvas, museum quality reproduction {i}, free shipping worldwide"),
            Url = string.Create(CultureInfo.InvariantCulture, $"https://cdn{i % 997}.example.test/images/reproductions/2019/07/van-gogh-{i}-large-1200x1200.jpg"),
            Thumbnail = thumbnails[i % Pictures],
        })]);
        await store.ReportAsync();
        return store;
    }

    // 8,000 rows in the first twenty families, the others evenly: no family has fewer images than the page shows.
    private static int FamilyOf(int row) => row < 8000 ? row % 20 : row % Families;

    /// <summary>Smooth shapes with noise on them.</summary>
    private static byte[] Texture(Random random)
    {
        const int side = Thumbnail.Side * 2;
        var rgb = new byte[side * side * 3];
        var (a, b, c) = (random.NextDouble() / 8, random.NextDouble() / 8, random.Next(60, 180));
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var shade = c + (50 * Math.Sin((x * a) + (y * b))) + random.Next(-22, 23);
                for (var channel = 0; channel < 3; channel++) rgb[(((y * side) + x) * 3) + channel] = (byte)Math.Clamp(shade + (channel * 10), 0, 255);
            }
        }

        return rgb;
    }
}
