namespace Memorization.Report;

/// <summary>A family by what its captions are about, as a link to its pictures where the page has them.</summary>
internal sealed class FamilyLinks
{
    private readonly Dictionary<string, (int Rank, string Name)> _listed;
    private readonly int _galleries;

    /// <summary>Of the families of a report.</summary>
    public FamilyLinks(ReportData data)
    {
        _galleries = data.Galleries.Count;
        _listed = data.Families.Select((family, i) => (family.Family, Rank: i + 1, Name: FamilyName.Of(family, words: 3))).ToDictionary(row => row.Family, row => (row.Rank, row.Name));
    }

    /// <summary>The family's place in Table 1 and its words; its id alone where Table 1 does not list it.</summary>
    public Html To(string family) => !_listed.TryGetValue(family, out var row)
        ? Html.Of($"<code>{family[..8]}</code>")
        : row.Rank <= _galleries
            ? Html.Of($"<a href=\"#family-{row.Rank}\">{row.Rank} <bdi>{row.Name}</bdi></a>")
            : Html.Of($"{row.Rank} <bdi>{row.Name}</bdi>");
}
