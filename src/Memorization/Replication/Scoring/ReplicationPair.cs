using System.IO.Hashing;
using System.Text;
using Memorization.Images;
using Memorization.Store;

namespace Memorization.Replication.Scoring;

/// <summary>A generated image beside the training image that it comes nearest to, of its probe's family.</summary>
/// <param name="Image">The generated image's name.</param>
/// <param name="Caption">Its caption.</param>
/// <param name="Kind">The probe's kind; null for a caption of the user's.</param>
/// <param name="Family">The probe's family.</param>
/// <param name="Cosine">How near.</param>
/// <param name="TrainingImage">The training image's content id.</param>
/// <param name="Generated">Thumbnail of the generated image, a JPEG in Base64.</param>
/// <param name="Training">Thumbnail of the training image; null if none was kept.</param>
public sealed record ReplicationPair(string Image, string Caption, string? Kind, string Family, double Cosine, string TrainingImage, string Generated, string? Training)
{
    private const int PairsAGrade = 4;
    private const int Grades = 20, Lowest = 9;

    /// <summary>From which cosine to which a pair's grade goes: 0.95 to 1 is the highest, below 0.5 the lowest.</summary>
    public (double From, double To) Grade => GradeOf(Cosine) is var grade and > Lowest ? ((double)grade / Grades, (double)(grade + 1) / Grades) : (-1, (double)(Lowest + 1) / Grades);

    /// <summary>Pairs of every grade of similarity, the highest first: in each grade at most four, of as many families, drawn by a hash of their names and not for what they look like.</summary>
    internal static async Task<IReadOnlyList<ReplicationPair>> DrawAsync(
        StoreDatabase database, IReadOnlyList<ScoredImage> scored, GivenImages images, ImageDecoder decoder, CancellationToken stop)
    {
        var drawn = scored.Where(image => image.Score is not null).GroupBy(image => GradeOf(image.Score!.Value.Max)).OrderByDescending(grade => grade.Key)
            .SelectMany(grade => grade.OrderBy(image => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(image.Image))).ThenBy(image => image.Image, StringComparer.Ordinal)
                .DistinctBy(image => image.Probe.Family).Take(PairsAGrade)).ToList();
        var generated = await images.ThumbnailsAsync(drawn.Select(image => image.Image).ToHashSet(), decoder, stop).ConfigureAwait(false);
        var training = Thumbnails(database, drawn.Select(image => image.Score!.Value.Nearest).ToHashSet());
        return [.. drawn.Where(image => generated.ContainsKey(image.Image)).Select(image => (Image: image, Score: image.Score!.Value)).Select(of => new ReplicationPair(
            of.Image.Image, of.Image.Probe.Caption, of.Image.Probe.Kind, of.Image.Probe.Family!, of.Score.Max, of.Score.Nearest,
            Convert.ToBase64String(generated[of.Image.Image]), training.GetValueOrDefault(of.Score.Nearest)))];
    }

    private static int GradeOf(double cosine) => Math.Clamp((int)Math.Floor((cosine * Grades) + 1e-9), Lowest, Grades - 1);

    // Content ids are hexadecimal digits.
    private static Dictionary<string, string> Thumbnails(StoreDatabase database, HashSet<string> contents) => contents.Count == 0 ? [] : database
        .Query($"SELECT content_id, base64(image) FROM thumbnails WHERE content_id IN ('{string.Join("', '", contents)}')", reader => (Content: reader.GetString(0), Image: reader.GetString(1)))
        .DistinctBy(thumbnail => thumbnail.Content).ToDictionary(thumbnail => thumbnail.Content, thumbnail => thumbnail.Image);
}
