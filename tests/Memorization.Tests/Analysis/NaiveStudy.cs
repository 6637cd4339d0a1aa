namespace Memorization.Tests.Analysis;

/// <summary>The study's numbers as plain LINQ over rows gives them: slow, and nothing of it is the code under test. Captions are small letters and digits between spaces.</summary>
internal sealed class NaiveStudy
{
    private static readonly HashSet<string> Stop = ["the", "of", "a"]; // those that made captions use

    private readonly int _templateCaptions;

    public NaiveStudy(IEnumerable<PlanarRow> rows, int templateCaptions = 5)
    {
        _templateCaptions = templateCaptions;
        Rows = [.. rows.Where(row => !row.IsMissing)];
        Missing = [.. rows.Where(row => row.IsMissing)];
        Families = [.. Components(Rows, PlanarStore.Threshold).Select(family => new NaiveFamily(family.Min(row => row.Content)!, family, TextsOf(family)))];
    }

    public List<PlanarRow> Rows { get; }

    public List<PlanarRow> Missing { get; }

    /// <summary>Largest first, equal ones by id.</summary>
    public List<NaiveFamily> Families { get => [.. field.OrderByDescending(family => family.Rows.Count).ThenBy(family => family.Id, StringComparer.Ordinal)]; }

    /// <summary>Every family's texts, each with the words of its captions.</summary>
    public List<HashSet<string>> Texts => [.. Families.SelectMany(family => family.Texts)];

    public static string[] WordsOf(PlanarRow row) => row.Caption.Split(' ', StringSplitOptions.RemoveEmptyEntries);

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
        double LogFactorial(int n) => Enumerable.Range(1, n).Sum(i => Math.Log(i));
        double LogChoose(int n, int k) => LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);
        return both <= Math.Max(0, sample + marked - all) ? 1 : Enumerable.Range(both, Math.Min(sample, marked) - both + 1)
            .Sum(k => Math.Exp(LogChoose(marked, k) + LogChoose(all - marked, sample - k) - LogChoose(all, sample)));
    }

    private List<HashSet<string>> TextsOf(List<PlanarRow> family) => [.. family.GroupBy(TextOf).Select(text => text.SelectMany(WordsOf).ToHashSet())];

    private string TextOf(PlanarRow row)
    {
        var (head, tail) = (Different(Head, row), Different(Tail, row));
        if (head < _templateCaptions && tail < _templateCaptions) return Skeleton(row);
        return head >= tail || tail < _templateCaptions ? $"{row.Host} head {Head(row)}" : $"{row.Host} tail {Tail(row)}";
    }

    private int Different(Func<PlanarRow, string> frame, PlanarRow row)
    {
        var different = Rows.Where(other => other.Host == row.Host && frame(other) == frame(row)).Select(Skeleton).Distinct().Count();
        return different >= _templateCaptions ? different : 0;
    }

    private static string Skeleton(PlanarRow row) => string.Join(' ', WordsOf(row).Select(word => word.Any(char.IsAsciiDigit) ? "#" : word));

    private static string[] Telling(PlanarRow row) => [.. Skeleton(row).Split(' ').Where(word => !Stop.Contains(word) && word is not ("van" or "gogh" or ""))];

    private static string Head(PlanarRow row) => string.Join(' ', Telling(row).Take(3));

    private static string Tail(PlanarRow row) => string.Join(' ', Telling(row).Reverse().Take(3).Reverse());
}

internal sealed record NaiveFamily(string Id, List<PlanarRow> Rows, List<HashSet<string>> Texts);
