using System.Globalization;
using Memorization.Images;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>What a hash that knows no encoder says of a family: how far its pictures' DCT hashes are from the one that all are nearest to.</summary>
/// <param name="Family">The family.</param>
/// <param name="Pictures">Distinct images whose thumbnail was hashed, at most <see cref="AnalysisOptions.HashedImages"/>.</param>
/// <param name="MedianDistance">The median of their distances to the middle one, in bits of 64; the middle one is left out.</param>
/// <param name="Near">Those within 10 bits, as a share. The number is a convention, not calibrated here: the distance of strangers says what chance gives.</param>
/// <param name="StrangerDistance">The median distance of the middle one to the middle ones of the other families; null if there is none.</param>
public sealed record SecondOpinion(string Family, int Pictures, double MedianDistance, double Near, double? StrangerDistance)
{
    /// <summary>Bits up to which two pictures count as copies.</summary>
    public const int NearBits = 10;

    /// <summary>Hashes the pictures of the largest families; families with fewer than two thumbnails are left out.</summary>
    internal static IReadOnlyList<SecondOpinion> Of(StoreDatabase database, AnalysisOptions options)
    {
        // Content ids are hashes: the first by id are as good as drawn.
        var pictures = database.Query(string.Create(CultureInfo.InvariantCulture, $"""
            WITH largest AS (SELECT family, count(*) AS n FROM study GROUP BY family HAVING count(DISTINCT content_id) > 1 ORDER BY n DESC, family LIMIT {options.HashedFamilies}),
            members AS (
                SELECT DISTINCT n, family, content_id FROM study JOIN largest USING (family)
                QUALIFY dense_rank() OVER (PARTITION BY family ORDER BY content_id) <= {options.HashedImages})
            SELECT family, image FROM members JOIN thumbnails USING (content_id) ORDER BY n DESC, family, content_id
            """), reader => (Family: reader.GetString(0), Image: Bytes(reader.GetStream(1))));
        var families = pictures.AsParallel().AsOrdered().Select(picture => (picture.Family, Hash: PerceptualHash.Of(picture.Image))).Where(picture => picture.Hash is not null)
            .ToList().GroupBy(picture => picture.Family, picture => picture.Hash!.Value).Select(family => (Family: family.Key, Hashes: family.ToList())).Where(family => family.Hashes.Count > 1)
            .Select(family => (family.Family, family.Hashes, Middle: family.Hashes.MinBy(hash => family.Hashes.Sum(other => PerceptualHash.Distance(hash, other))))).ToList();
        return [.. families.Select(family =>
        {
            List<int> distances = [.. family.Hashes.Select(hash => PerceptualHash.Distance(hash, family.Middle))];
            distances.Remove(0);
            var strangers = families.Where(other => other.Family != family.Family).Select(other => PerceptualHash.Distance(other.Middle, family.Middle)).ToList();
            return new SecondOpinion(
                family.Family, family.Hashes.Count, Median(distances), distances.Count(distance => distance <= NearBits) / (double)distances.Count, strangers.Count == 0 ? null : Median(strangers));
        })];
    }

    private static double Median(List<int> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2.0;
    }

    private static byte[] Bytes(Stream stream)
    {
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
