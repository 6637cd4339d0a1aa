namespace Memorization.Clustering;

/// <summary>A connected component of near-identical images; an image without a link is a family of its own.</summary>
/// <param name="Id">Its smallest key: a function of the set of images alone.</param>
/// <param name="Members">Its keys, ascending.</param>
public sealed record Family(ContentKey Id, IReadOnlyList<ContentKey> Members);

/// <summary>The families at one threshold.</summary>
public sealed class Families
{
    internal Families(double threshold, IEnumerable<IGrouping<int, ContentKey>> components)
    {
        Threshold = threshold;
        All = [.. components
            .Select(component => component.Order().ToArray())
            .Select(keys => new Family(keys[0], keys))
            .OrderByDescending(family => family.Members.Count).ThenBy(family => family.Id)];
        FamilyOf = All.SelectMany(family => family.Members, (family, key) => KeyValuePair.Create(key, family)).ToDictionary().AsReadOnly();
    }

    /// <summary>The similarity from which images are linked.</summary>
    public double Threshold { get; }

    /// <summary>The families, largest first, then by id.</summary>
    public IReadOnlyList<Family> All { get; }

    /// <summary>The family of each image.</summary>
    public IReadOnlyDictionary<ContentKey, Family> FamilyOf { get; }
}
