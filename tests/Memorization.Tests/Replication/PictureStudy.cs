using System.Text.Json;
using Memorization.Clip;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Store;
using Memorization.Tests.Store;

namespace Memorization.Tests.Replication;

/// <summary>A finished study of made pictures, embedded by the built-in model: each picture is a family, in so many rows.</summary>
internal static class PictureStudy
{
    /// <summary>Writes study.json and the store beside it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="copies">Rows of each picture.</param>
    /// <param name="caption">The caption of a picture's row.</param>
    /// <returns>The families, by picture.</returns>
    public static async Task<IReadOnlyList<string>> WriteAsync(string folder, IReadOnlyList<int> copies, Func<int, int, string> caption)
    {
        using var encoder = ImageEncoder.Open(new ModelOptions());
        var embeddings = encoder.Embed([.. copies.Select((_, picture) => MadePicture.Rgb(picture))]);
        using var store = await WritableStore.OpenAsync(Path.Combine(folder, "store"), "run", model: encoder.Model.ModelId);
        var number = 0;
        for (var picture = 0; picture < copies.Count; picture++)
        {
            for (var copy = 0; copy < copies[picture]; copy++)
            {
                var end = MadeRows.Stored(number++, picture);
                var made = (EmbeddedImage)end.Item;
                var selected = made.Decoded.Fetched.Selected;
                var fetched = made.Decoded.Fetched with { Selected = selected with { Row = selected.Row with { Caption = caption(picture, copy) } } };
                await store.Writer.AddAsync(end with { Item = made with { Decoded = made.Decoded with { Fetched = fetched }, Embedding = [.. embeddings[picture]!.Select(value => (Half)value)] } });
            }
        }

        await store.Writer.FlushAsync();
        var table = Tables.Of(Tables.Families);
        var families = copies.Select((_, picture) => MadeRows.Content(picture)).ToList();
        await store.Held.CommitAsync(new TableCommit(table, "WRITE", [(await store.Held.WriteAsync(table, encoder.Model.ModelId, [.. families.Select(family => new FamilyRecord { ContentId = family, Family = family })]))!]));
        await store.Held.PublishAsync(new Snapshot(0, store.Held.Tables.Versions, "f", encoder.Model.ModelId, 0.95, 0.9, 0, TimeProvider.System.GetUtcNow(), "run"));
        await File.WriteAllTextAsync(Path.Combine(folder, "study.json"), JsonSerializer.Serialize(new { name = "pictures", input = new[] { "none.parquet" }, store = new { path = "store" } }));
        return families;
    }

    /// <summary>A picture as a PNG that says what it was made from.</summary>
    public static byte[] Png(int picture, string prompt, int seed) =>
        PngFile.Encode(224, 224, MadePicture.Rgb(picture), [new("prompt", prompt), new("seed", seed.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
}
