using System.Globalization;
using System.Text.Json;
using Memorization.Images;

namespace Memorization.Clip;

/// <summary>How pixels of 0–255 become what the image tower was trained on: (value / 255 − mean) / std, for red, green and blue.</summary>
/// <param name="Mean">Of pixels in 0–1.</param>
/// <param name="Std">Of pixels in 0–1.</param>
internal sealed record ClipPreprocessing(IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    public const string FileName = "preprocessor_config.json";

    /// <summary>OpenAI's.</summary>
    public static ClipPreprocessing Default { get; } = new([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);

    /// <summary>"0.48145466 0.4578275 0.40821073 / 0.26862954 0.26130258 0.27577711".</summary>
    public override string ToString() => $"{Numbers(Mean)} / {Numbers(Std)}";

    /// <summary>Reads a folder's preprocessor_config.json; without one, OpenAI's numbers.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="side">Pixels on each side of the tower's images.</param>
    /// <exception cref="InvalidDataException">It asks for pixels that this program does not make; the message names the key.</exception>
    public static ClipPreprocessing Read(string folder, int side)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return Default;
        var root = JsonGroup.Read(path);
        foreach (var step in new[] { "do_resize", "do_center_crop", "do_rescale", "do_normalize" })
            if (root.Find(step) is { ValueKind: JsonValueKind.False } off) throw root.Wrong(step, off, "true");
        foreach (var key in new[] { "size", "crop_size" })
            if (root.Find(key) is { } size && !Sides(size).All(value => value == side)) throw root.Wrong(key, size, $"{side}, the image_size of {ClipConfig.FileName}");
        root.Integer("resample", 3, 3, 3); // Bicubic.
        root.Number("rescale_factor", 1 / 255.0, 0.0039215, 0.0039216);
        return new ClipPreprocessing(root.Three("image_mean", [.. Default.Mean], 0, 1), root.Three("image_std", [.. Default.Std], 0.001, 10));
    }

    /// <summary>Pixels on each side that a folder's preprocessor_config.json asks for; 224 without one.</summary>
    public static int SideOf(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var size = File.Exists(path) ? JsonGroup.Read(path).Find("crop_size") ?? JsonGroup.Read(path).Find("size") : null;
        return size is { } value ? Sides(value).FirstOrDefault(ClipPixels.Side) : ClipPixels.Side;
    }

    // 224, {"shortest_edge": 224} or {"height": 224, "width": 224}; anything else gives no side at all, or 0.
    private static IEnumerable<int> Sides(JsonElement size) => size.ValueKind switch
    {
        JsonValueKind.Object => size.EnumerateObject().Select(side => Side(side.Value)),
        _ => [Side(size)],
    };

    private static int Side(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var side) ? side : 0;

    private static string Numbers(IEnumerable<double> values) => string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
}
