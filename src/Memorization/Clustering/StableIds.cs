namespace Memorization.Clustering;

/// <summary>A family under a name that outlives changes of its members.</summary>
/// <param name="Id">Counts up from 0 and is never used again.</param>
/// <param name="Anchor">The member that the name stays with when the family splits.</param>
/// <param name="Family">The family.</param>
public sealed record NamedFamily(long Id, ContentKey Anchor, Family Family);

/// <summary>What became of a name.</summary>
public enum FamilyChange
{
    /// <summary>Its anchor is now in an older family, whose name stays.</summary>
    Merged,

    /// <summary>Some of its members are now in the other family, without its anchor.</summary>
    Split,

    /// <summary>No member is left.</summary>
    Ended,
}

/// <summary>One change of names.</summary>
/// <param name="Id">The name.</param>
/// <param name="Change">What became of it.</param>
/// <param name="Other">The name of the other family; null if it ended.</param>
/// <param name="Members">Members that went there, or that it had at its end.</param>
public sealed record FamilyEvent(long Id, FamilyChange Change, long? Other, int Members);

/// <summary>Names of families that stay when families grow, merge and split.</summary>
/// <remarks>
/// A name stays with its anchor; if that is gone, with most of its members. Of the names that come together the oldest stays. The names are a function of
/// the families before, their names and the families now.
/// </remarks>
public static class StableIds
{
    /// <summary>Names families after those before them.</summary>
    /// <param name="before">The families before.</param>
    /// <param name="now">The families now.</param>
    /// <param name="next">The first name that was never used.</param>
    /// <returns>The families now, in their order; what changed, by name; and the first name that is still unused.</returns>
    public static (IReadOnlyList<NamedFamily> Families, IReadOnlyList<FamilyEvent> Events, long Next) Follow(IEnumerable<NamedFamily> before, Families now, long next)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        var old = before.OrderBy(family => family.Id).ToList();
        var claims = old.ConvertAll(named => Claimed(named, now));
        var owners = new Dictionary<ContentKey, NamedFamily>(); // by the family now; the oldest name comes first
        for (var i = 0; i < old.Count; i++)
            if (claims[i] is { } family) owners.TryAdd(family.Id, old[i]);

        var ids = new Dictionary<ContentKey, long>();
        var named = now.All.OrderBy(family => family.Id).Select(family =>
        {
            var owner = owners.GetValueOrDefault(family.Id);
            var id = owner?.Id ?? next++;
            ids.Add(family.Id, id);
            return new NamedFamily(id, owner is not null && IsIn(owner.Anchor, family, now) ? owner.Anchor : family.Id, family);
        }).ToDictionary(family => family.Family.Id);

        List<FamilyEvent> events = [];
        for (var i = 0; i < old.Count; i++)
        {
            var id = old[i].Id;
            if (claims[i] is null) events.Add(new FamilyEvent(id, FamilyChange.Ended, null, old[i].Family.Members.Count));
            events.AddRange(old[i].Family.Members
                .Where(now.FamilyOf.ContainsKey)
                .CountBy(member => now.FamilyOf[member].Id)
                .Select(part => (Other: ids[part.Key], IsClaimed: part.Key == claims[i]!.Id, part.Value))
                .Where(part => part.Other != id)
                .OrderBy(part => part.Other)
                .Select(part => new FamilyEvent(id, part.IsClaimed ? FamilyChange.Merged : FamilyChange.Split, part.Other, part.Value)));
        }

        return ([.. now.All.Select(family => named[family.Id])], events, next);
    }

    private static Family? Claimed(NamedFamily named, Families now) => now.FamilyOf.GetValueOrDefault(named.Anchor) ?? named.Family.Members
        .Select(member => now.FamilyOf.GetValueOrDefault(member)).OfType<Family>()
        .CountBy(family => family.Id)
        .OrderByDescending(part => part.Value).ThenBy(part => part.Key)
        .Select(part => now.FamilyOf[part.Key])
        .FirstOrDefault();

    private static bool IsIn(ContentKey key, Family family, Families now) => now.FamilyOf.TryGetValue(key, out var of) && of.Id == family.Id;
}
