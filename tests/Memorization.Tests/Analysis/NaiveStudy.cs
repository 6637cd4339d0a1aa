using System.Collections.Concurrent;

namespace Memorization.Tests.Analysis;

/// <summary>The study's numbers as plain LINQ over rows gives them: slow, and nothing of it is the code under test. Captions are small letters and digits between spaces.</summary>
internal sealed class NaiveStudy
{
    private static readonly HashSet<string> Stop = ["the", "of", "a"]; // those that made captions use

    private static readonly ConcurrentDictionary<string, string[]> Split = [];
    private static readonly double[] LogFactorials = [.. Enumerable.Range(0, 1000).Select(n => Enumerable.Range(1, n).Sum(i => Math.Log(i)))];

    private readonly int _templateCaptions;
    private readonly Dictionary<string, int> _heads, _tails; // different skeletons of a host that begin, or end, alike

    public NaiveStudy(IEnumerable<PlanarRow> rows, int templateCaptions = 5)
    {
        _templateCaptions = templateCaptions;
        Rows = [.. rows.Where(row => !row.IsMissing)];
        Missing = [.. rows.Where(row => row.IsMissing)];
        (_heads, _tails) = (Different(Head), Different(Tail));
        Families = [.. Components(Rows, PlanarStore.Threshold).Select(family => new NaiveFamily(family.Select(row => row.Content).Order(StringComparer.Ordinal).First(), family, TextsOf(family)))
            .OrderByDescending(family => family.Rows.Count).ThenBy(family => family.Id, StringComparer.Ordinal)];
        Texts = [.. Families.SelectMany(family => family.Texts)];
    }

    public List<PlanarRow> Rows { get; }

    public List<PlanarRow> Missing { get; }

    /// <summary>Largest first, equal ones by id.</summary>
    public List<NaiveFamily> Families { get; }

    /// <summary>Every family's texts, each with the words of its captions.</summary>
    public List<HashSet<string>> Texts { get; }

    public static string[] WordsOf(PlanarRow row) => Split.GetOrAdd(row.Caption, caption => caption.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public static bool HasAll(IEnumerable<string> words, PlanarRow row) => words.All(WordsOf(row).Contains);

    public static bool IsStopWord(string word) => Stop.Contains(word);

    /// <summary>Rows that links of images, or one image, hold together, by searching from each row.</summary>
    public static List<List<PlanarRow>> Components(IEnumerable<PlanarRow> rows, double threshold)
    {
        var left = rows.ToList();
        List<List<PlanarRow>> components = [];
        while (left.Count > 0)
        {
            List<PlanarRow> component = [left[0]];
            left.RemoveAt(0);
            for (var i = 0; i < component.Count; i++)
            {
                component.AddRange(left.Where(row => row.Similarity(component[i]) >= threshold));
                left.RemoveAll(row => row.Similarity(component[i]) >= threshold);
            }

            components.Add(component);
        }

        return components;
    }

    public static bool IsRooted(NaiveFamily family) => family.Rows.Count(row => HasAll(["van", "gogh"], row)) * 2 >= family.Rows.Count;

    public NaiveFamily FamilyOf(PlanarRow row) => Families.Single(family => family.Rows.Contains(row));

    /// <summary>Fisher's exact test, one-sided, summed term by term over logarithms of factorials.</summary>
    public static double Fisher(int both, int sample, int marked, int all)
    {
        double LogChoose(int n, int k) => LogFactorials[n] - LogFactorials[k] - LogFactorials[n - k];
        return both <= Math.Max(0, sample + marked - all) ? 1 : Enumerable.Range(both, Math.Min(sample, marked) - both + 1)
            .Sum(k => Math.Exp(LogChoose(marked, k) + LogChoose(all - marked, sample - k) - LogChoose(all, sample)));
    }

    private List<HashSet<string>> TextsOf(List<PlanarRow> family) => [.. family.GroupBy(TextOf).Select(text => text.SelectMany(WordsOf).ToHashSet())];

    private string TextOf(PlanarRow row)
    {
        var (head, tail) = (_heads[$"{row.Host} {Head(row)}"], _tails[$"{row.Host} {Tail(row)}"]);
        if (head < _templateCaptions && tail < _templateCaptions) return Skeleton(row);
        return head >= tail ? $"{row.Host} head {Head(row)}" : $"{row.Host} tail {Tail(row)}";
    }

    private Dictionary<string, int> Different(Func<PlanarRow, string> frame) =>
        Rows.GroupBy(row => $"{row.Host} {frame(row)}").ToDictionary(group => group.Key, group => group.Select(Skeleton).Distinct().Count());

    private static string Skeleton(PlanarRow row) => string.Join(' ', WordsOf(row).Select(word => word.Any(char.IsAsciiDigit) ? "#" : word));

    private static string[] Telling(PlanarRow row) => [.. Skeleton(row).Split(' ').Where(word => !Stop.Contains(word) && word is not ("van" or "gogh" or ""))];

    private static string Head(PlanarRow row) => string.Join(' ', Telling(row).Take(3));

    private static string Tail(PlanarRow row) => string.Join(' ', Telling(row).Reverse().Take(3).Reverse());
}

internal sealed record NaiveFamily(string Id, List<PlanarRow> Rows, List<HashSet<string>> Texts);
