using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Memorization.Analysis;
using Memorization.Store;
using SkiaSharp;

namespace Memorization.Pipelines.Demo;

/// <summary>The planted object as a study asks for it: crops that show it, and a made person's labels, which have no error.</summary>
internal static class DemoObject
{
    public const string Name = "us-flag";

    private const int LabelSeed = 1;
    private const int MostLabels = 500;
    private const string Folder = "objects";

    // Where the flag lies in a crop, as shares of its sides: a tile seldom has it in the middle.
    private static readonly float[] Shifts = [-0.15f, 0, 0.15f];

    /// <summary>The object's entry in a study.</summary>
    public static JsonObject Entry() => new()
    {
        ["name"] = Name,
        ["keyword"] = SpaceCaptions.Keyword,
        ["aliases"] = Strings(SpaceCaptions.Aliases),
        ["controls"] = Strings(SpaceCaptions.Controls),
        ["references"] = Strings([$"{Folder}/flag-*.png"]),
        ["labels"] = Strings([$"{Folder}/labels-*.json"]),

        // A flag is a third of a picture, and the crops are shifted: fewer tiles than real pictures need find it.
        ["overlap"] = 0.5,
        ["sampleRows"] = 200,
    };

    /// <summary>The crops: the flag on plain grey, in the middle and shifted, hardly turned.</summary>
    public static IReadOnlyList<Raster> References() => [.. Shifts.SelectMany(_ => Shifts, (down, right) =>
    {
        const int Width = 228;
        var crop = new Raster(Width, (int)(Width / Flag.Aspect));
        for (var i = 0; i < crop.Rgba.Length; i += 4) new Colour(128, 128, 128).Write(crop.Rgba, i, 1);
        new Flag(crop.Width * (0.5f + right), crop.Height * (0.5f + down), 0.95f * Width, Turn: 0.1f * right, Light: 1, Fold: 0).Draw(crop);
        return crop;
    })];

    /// <summary>Writes the crops as files.</summary>
    /// <param name="folder">The study's.</param>
    public static void WriteReferences(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, Folder));
        foreach (var (picture, number) in References().Select((picture, i) => (picture, i + 1)))
            File.WriteAllBytes(Path.Combine(folder, Folder, string.Create(CultureInfo.InvariantCulture, $"flag-{number}.png")), picture.Encode(SKEncodedImageFormat.Png, 100));
    }

    /// <summary>Writes the truth of half of the stored rows with the keyword or a control, at most 500, as a person's labels.</summary>
    /// <param name="world">The world.</param>
    /// <param name="database">The store of its study.</param>
    /// <param name="folder">The study's.</param>
    public static void WriteLabels(DemoWorld world, StoreDatabase database, string folder)
    {
        var contents = database.Query($"SELECT row_key, content_id FROM ({StudyRows.Sql})", reader => (Key: reader.GetString(0), Content: reader.GetString(1)))
            .ToDictionary(row => row.Key, row => row.Content);
        List<(string Content, bool HasFlag)> images = [.. world.Rows.Where(row => row.Ends is null && row.IsSpace && contents.ContainsKey(row.HexKey))
            .Select(row => (Content: contents[row.HexKey], row.HasFlag)).DistinctBy(image => image.Content).OrderBy(image => image.Content, StringComparer.Ordinal)];
        new DemoRandom(LabelSeed).Shuffle(images);
        var sample = images.Take(Math.Min(MostLabels, images.Count / 2)).ToList();
        var labels = new
        {
            Object = Name,
            Labeller = "made",
            Seed = LabelSeed,
            Sample = sample.Select(image => image.Content),
            Answers = sample.Select(image => new { ContentId = image.Content, Answer = image.HasFlag ? "yes" : "no" }),
        };
        Directory.CreateDirectory(Path.Combine(folder, Folder));
        File.WriteAllText(Path.Combine(folder, Folder, "labels-made.json"), JsonSerializer.Serialize(labels, JsonOutput.Indented) + "\n");
    }

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}
