using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Memorization.Objects;

/// <summary>Images for people to label: half of them of the keyword's rows that do not name the object, the rest spread evenly over the controls and other rows that do not.</summary>
/// <remarks>
/// Within a group each distinct image of which something was kept has the same chance, whatever its score; where a group has too few, the others give more. The groups are
/// drawn at different rates, so that shares over the whole sample mean nothing; sensitivity and specificity take a picture with, or without, the object to be as hard
/// in one group as in another. In which order pictures are shown says nothing of their group.
/// </remarks>
internal static class LabelSample
{
    /// <summary>Draws a sample.</summary>
    /// <param name="groups">The object's groups; those that name the object are passed over.</param>
    /// <param name="hasPixels">Whether something of an image was kept.</param>
    /// <param name="size">Images wanted.</param>
    /// <param name="seed">Another seed, another sample.</param>
    /// <returns>Content ids in the order in which they are shown; fewer than wanted where there are no more.</returns>
    public static IReadOnlyList<string> Draw(IReadOnlyList<GroupRows> groups, Func<string, bool> hasPixels, int size, int seed)
    {
        var own = groups.Where(group => !group.Group.IsNamed).Select(group => Shuffled(group.Rows.Select(row => row.ContentId).Distinct().Where(hasPixels), "draw")).ToList();
        HashSet<string> drawn = [];
        var next = new int[own.Count];

        // The keyword's turn comes before each of the others', so that it gets half.
        for (var turn = 0; drawn.Count < size && Enumerable.Range(0, own.Count).Any(group => next[group] < own[group].Count); turn++)
        {
            var group = own.Count == 1 || turn % 2 == 0 ? 0 : 1 + turn / 2 % (own.Count - 1);
            while (next[group] < own[group].Count && !drawn.Add(own[group][next[group]++]))
            {
                // In two groups: it counts once.
            }
        }

        return Shuffled(drawn, "show");

        List<string> Shuffled(IEnumerable<string> contents, string purpose) =>
            [.. contents.OrderBy(content => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{purpose} {seed} {content}")))).ThenBy(content => content, StringComparer.Ordinal)];
    }
}
