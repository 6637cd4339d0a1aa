using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class StableIdsTests
{
    private IReadOnlyList<NamedFamily> _families = [];
    private long _next;

    [Fact]
    public void A_family_that_grows_keeps_its_name_and_a_new_one_gets_the_next()
    {
        Follow([3, 5], [7]).ShouldBeEmpty();
        Names().ShouldBe(["0: 3 5", "1: 7"]);
        Follow([3, 5, 1], [7], [0]).ShouldBeEmpty();
        Names().ShouldBe(["0: 1 3 5", "2: 0", "1: 7"]);
    }

    [Fact]
    public void Of_families_that_merge_the_oldest_name_stays()
    {
        Follow([5, 6]);
        Follow([5, 6], [1, 2]);
        Follow([1, 2, 5, 6, 9]).ShouldBe([new FamilyEvent(1, FamilyChange.Merged, 0, 2)]);
        Names().ShouldBe(["0: 1 2 5 6 9"]);
    }

    [Fact]
    public void Of_a_family_that_splits_the_part_with_the_anchor_keeps_the_name_however_small()
    {
        Follow([1, 2, 3, 4]);
        Follow([1], [2, 3, 4]).ShouldBe([new FamilyEvent(0, FamilyChange.Split, 1, 3)]);
        Names().ShouldBe(["1: 2 3 4", "0: 1"]);
    }

    [Fact]
    public void Without_its_anchor_a_name_stays_with_most_members_and_gets_another_anchor()
    {
        Follow([1, 2, 3, 4]);
        Follow([2], [3, 4]).ShouldBe([new FamilyEvent(0, FamilyChange.Split, 1, 1)]);
        Names().ShouldBe(["0: 3 4", "1: 2"]);
        Follow([2, 3], [4]).ShouldBe([new FamilyEvent(0, FamilyChange.Split, 2, 1), new FamilyEvent(1, FamilyChange.Merged, 0, 1)]);
    }

    [Fact]
    public void A_name_whose_members_are_gone_ends_and_is_not_used_again()
    {
        Follow([1, 2], [3]);
        Follow([3]).ShouldBe([new FamilyEvent(0, FamilyChange.Ended, null, 2)]);
        Follow([3], [1, 2]).ShouldBeEmpty();
        Names().ShouldBe(["2: 1 2", "1: 3"]);
    }

    [Fact]
    public void Names_are_unique_anchors_are_members_and_every_member_that_changed_its_name_is_in_an_event() =>
        Gen.Int[0, 3].Array[1, 12].Array[1, 6].Sample(steps =>
        {
            (_families, _next) = ([], 0);
            foreach (var labels in steps)
            {
                var before = _families.SelectMany(named => named.Family.Members.Select(member => (member, named.Id))).ToDictionary();
                var events = Follow([.. labels.Select((label, key) => (label, key)).Where(pair => pair.label > 0).GroupBy(pair => pair.label, (_, pairs) => pairs.Select(pair => pair.key).ToArray())]);
                _families.Select(named => named.Id).ShouldBeUnique();
                foreach (var named in _families) named.Family.Members.ShouldContain(named.Anchor);
                var after = _families.SelectMany(named => named.Family.Members.Select(member => (member, named.Id))).ToDictionary();
                var moved = before.Where(pair => after.TryGetValue(pair.Key, out var id) && id != pair.Value).Select(pair => (pair.Value, after[pair.Key]));
                events.Where(change => change.Other is not null).SelectMany(change => Enumerable.Repeat((change.Id, change.Other!.Value), change.Members)).Order().ShouldBe(moved.Order());
                foreach (var merged in events.Where(change => change.Change == FamilyChange.Merged))
                {
                    merged.Other!.Value.ShouldBeLessThan(merged.Id);
                    _families.ShouldNotContain(named => named.Id == merged.Id);
                }
            }
        }, threads: 1);

    private IReadOnlyList<FamilyEvent> Follow(params int[][] families)
    {
        (_families, var events, _next) = StableIds.Follow(_families, Families(families), _next);
        return events;
    }

    private static Families Families(int[][] families) =>
        new(0.9, families.SelectMany((keys, family) => keys.Select(key => (key, family))).GroupBy(pair => pair.family, pair => Key(pair.key)));

    private string[] Names() => [.. _families.Select(named => $"{named.Id}: {string.Join(' ', named.Family.Members.Select(Number))}")];

    private static ContentKey Key(int number) => ContentKey.Parse(number.ToString("x64", System.Globalization.CultureInfo.InvariantCulture));

    private static int Number(ContentKey key) => Convert.ToInt32(key.ToString(), 16);
}
