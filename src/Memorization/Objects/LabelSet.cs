using Memorization.Configuration;
using Memorization.Statistics;

namespace Memorization.Objects;

/// <summary>An image on which people do not agree.</summary>
/// <param name="ContentId">The image.</param>
/// <param name="Answers">Each person's answer.</param>
public sealed record Disagreement(string ContentId, IReadOnlyDictionary<string, Answer> Answers);

/// <summary>How far two people agree.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
/// <param name="Table">Images by the first's answer (yes, no, unsure) and by the second's.</param>
public sealed record Agreement(string First, string Second, IReadOnlyList<IReadOnlyList<long>> Table)
{
    /// <summary>Images that both labelled.</summary>
    public required long Images { get; init; }

    /// <summary>Share on which they agree; null without an image.</summary>
    public required double? Observed { get; init; }

    /// <summary>Share by chance; null without an image.</summary>
    public required double? Expected { get; init; }

    /// <summary>Cohen's kappa over the three answers; null where it is not defined.</summary>
    public required double? Kappa { get; init; }

    /// <summary>Its standard error for many images.</summary>
    public required double? StandardError { get; init; }

    /// <summary>Its interval at 95 %.</summary>
    public required Interval? Interval { get; init; }
}

/// <summary>What people say of the images, together.</summary>
internal sealed class LabelSet
{
    private readonly SortedDictionary<string, Dictionary<string, Answer>> _people = new(StringComparer.Ordinal);

    private LabelSet()
    {
    }

    /// <summary>Who labelled.</summary>
    public IReadOnlyList<string> Labellers => [.. _people.Keys];

    /// <summary>Whether the object is in an image, for images of which all who labelled it said yes, or all said no.</summary>
    public IReadOnlyDictionary<string, bool> Agreed { get; private set; } = new Dictionary<string, bool>();

    /// <summary>Images that somebody labelled.</summary>
    public int Images { get; private set; }

    /// <summary>Images of which every answer was unsure.</summary>
    public int Unsure { get; private set; }

    /// <summary>Images with more than one answer.</summary>
    public IReadOnlyList<Disagreement> Disagreements { get; private set; } = [];

    /// <summary>Reads people's files. One person may have several, each of other images.</summary>
    /// <exception cref="SetupException">A file is not as it must be, or a person answered twice.</exception>
    public static async Task<LabelSet> ReadAsync(IEnumerable<string> files, string name, IReadOnlySet<string> images)
    {
        var set = new LabelSet();
        foreach (var path in files)
        {
            var file = await LabelFile.ReadAsync(path, name, images).ConfigureAwait(false);
            if (!set._people.TryGetValue(file.Labeller, out var answers)) set._people.Add(file.Labeller, answers = []);
            foreach (var answer in file.Answers)
            {
                if (!answers.TryAdd(answer.ContentId, answer.Answer))
                    throw new SetupException($"the labels in {path}: {file.Labeller} has labelled the image {answer.ContentId} in another file too; keep one of them");
            }
        }

        set.Unite();
        return set;
    }

    /// <summary>Each pair of people.</summary>
    public IEnumerable<Agreement> Agreements()
    {
        var people = _people.ToList();
        for (var i = 0; i < people.Count; i++)
            for (var j = i + 1; j < people.Count; j++) yield return Of(people[i], people[j]);
    }

    private static Agreement Of(KeyValuePair<string, Dictionary<string, Answer>> first, KeyValuePair<string, Dictionary<string, Answer>> second)
    {
        var size = Enum.GetValues<Answer>().Length;
        var table = new long[size, size];
        foreach (var (content, answer) in first.Value)
            if (second.Value.TryGetValue(content, out var other)) table[(int)answer, (int)other]++;
        var kappa = CohenKappa.Of(table);
        return new Agreement(first.Key, second.Key, [.. Enumerable.Range(0, size).Select(row => (IReadOnlyList<long>)[.. Enumerable.Range(0, size).Select(column => table[row, column])])])
        {
            Images = kappa.Items,
            Observed = kappa.Items == 0 ? null : kappa.Observed,
            Expected = kappa.Items == 0 ? null : kappa.Expected,
            Kappa = kappa.Kappa,
            StandardError = kappa.StandardError,
            Interval = kappa.Interval(),
        };
    }

    private void Unite()
    {
        var byImage = _people.SelectMany(person => person.Value.Select(answer => (Content: answer.Key, Person: person.Key, Answer: answer.Value)))
            .GroupBy(answer => answer.Content).OrderBy(image => image.Key, StringComparer.Ordinal).ToList();
        Images = byImage.Count;
        Unsure = byImage.Count(image => image.All(answer => answer.Answer == Answer.Unsure));
        Agreed = byImage.Where(image => image.DistinctBy(answer => answer.Answer).Count() == 1 && image.First().Answer != Answer.Unsure)
            .ToDictionary(image => image.Key, image => image.First().Answer == Answer.Yes);
        Disagreements = [.. byImage.Where(image => image.DistinctBy(answer => answer.Answer).Count() > 1)
            .Select(image => new Disagreement(image.Key, image.ToDictionary(answer => answer.Person, answer => answer.Answer)))];
    }
}
