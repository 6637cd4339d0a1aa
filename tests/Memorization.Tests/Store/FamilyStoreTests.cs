using Memorization.Clustering;
using Memorization.Store;
using Shouldly;
using Xunit;
using static Memorization.Tests.Store.MadeRows;

namespace Memorization.Tests.Store;

public sealed class FamilyStoreTests : IDisposable
{
    // Made rows lie 0.5 rad apart: neighbours have cosine 0.878, the next but one 0.540.
    private static readonly ClusterOptions Options = new() { Threshold = 0.9, StoreThreshold = 0.85 };

    private readonly TemporaryFolder _folder = new();
    private int _run;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Runs_one_after_the_other_give_the_families_of_one_run()
    {
        await RunAsync(0.87, [1, 2], [5]);
        await RunAsync(0.87, [3], [9, 7]);
        var apart = await FamiliesAsync();

        using var other = new TemporaryFolder();
        await RunAsync(other.Path, 0.87, "f", [9, 3, 1, 7, 2, 5]);
        (await FamiliesAsync(other.Path)).ShouldBe(apart);
        Sizes(apart).ShouldBe([3, 1, 1, 1]);
    }

    [Fact]
    public async Task Ten_commits_give_the_families_stars_and_links_of_one()
    {
        int[] images = [9, 3, 12, 1, 7, 2, 15, 5, 4, 11];
        await RunAsync(0.87, [.. images.Select(image => new[] { image })]);
        using var other = new TemporaryFolder();
        await RunAsync(other.Path, 0.87, "f", [.. images.Order()]);
        (await AllAsync(_folder.Path)).ShouldBe(await AllAsync(other.Path));

        async Task<IReadOnlyList<string>> AllAsync(string store)
        {
            using var database = await StoreDatabase.OpenAsync(store);
            return database.Query(
                "SELECT f::VARCHAR FROM families f UNION ALL SELECT n::VARCHAR FROM family_names n UNION ALL SELECT e::VARCHAR FROM forest e ORDER BY 1", reader => reader.GetString(0));
        }
    }

    [Fact]
    public async Task A_store_without_images_has_a_snapshot_without_families()
    {
        await RunAsync(0.9);

        (await FamiliesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_threshold_is_the_runs_and_the_forest_is_kept()
    {
        await RunAsync(0.95, [1, 2, 3]);
        Sizes(await FamiliesAsync()).ShouldBe([1, 1, 1]);

        await RunAsync(0.86);
        Sizes(await FamiliesAsync()).ShouldBe([3]);
    }

    [Fact]
    public async Task Readers_see_the_last_published_snapshot_while_a_run_goes_on()
    {
        await RunAsync(0.87, [1, 2]);
        using var store = await WritableStore.OpenAsync(_folder.Path, "later");
        await store.Writer.AddAsync(Stored(3));
        await store.Writer.FlushAsync();

        using var database = await StoreDatabase.OpenAsync(_folder.Path);
        database.Query("SELECT count(*) FROM rows", reader => reader.GetInt64(0)).ShouldBe([2]);
    }

    [Fact]
    public async Task A_run_with_nothing_new_publishes_nothing()
    {
        await RunAsync(0.87, [1, 2]);
        await RunAsync(0.87);

        Directory.GetFiles(_folder.File("snapshots")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Under_a_filter_that_refuses_a_row_its_image_is_in_no_family()
    {
        await RunAsync(0.87, [1, 2, 3]);
        using (var store = await WritableStore.OpenAsync(_folder.Path, "narrow", "narrow"))
        {
            var writer = store.Writer;
            var families = await FamilyStore.OpenAsync(store.Held, store.Scope, 2, Options);
            await writer.AddAsync(new(Selected(1), new(Memorization.Flow.Reason.AlreadyStored)));
            await writer.AddAsync(CaptionTooLong(2));
            await writer.AddAsync(new(Selected(3), new(Memorization.Flow.Reason.AlreadyStored)));
            await families.RunAsync((await writer.FlushAsync())!, default);
            await families.PublishAsync(0.87, TimeProvider.System, default);
        }

        // 1 and 3 were linked only through 2.
        var narrowed = await FamiliesAsync();
        narrowed.Select(pair => pair.Content).ShouldBe(new[] { Content(1), Content(3) }.Order());
        Sizes(narrowed).ShouldBe([1, 1]);
    }

    [Fact]
    public async Task Names_stay_through_another_threshold_and_back_and_the_log_says_what_split_and_merged()
    {
        await RunAsync(0.87, [1, 2, 3], [7, 8]);
        var large = (await NamesAsync()).Single(name => name.Contents == 3).Id;
        var small = 1 - large; // 0 goes to the one with the smaller content id
        await RunAsync(0.87, [4]);
        (await NamesAsync()).ShouldBe([(large, 4), (small, 2)], ignoreOrder: true);
        (await FamilyStore.ReclusterAsync(_folder.Path, $"recluster{_run++}", 0.9, Options, TimeProvider.System, default)).ShouldBeTrue();
        (await FamilyStore.ReclusterAsync(_folder.Path, $"recluster{_run++}", null, Options, TimeProvider.System, default)).ShouldBeFalse();
        var names = await NamesAsync();
        names.Select(name => name.Contents).ShouldBe([1, 1, 1, 1, 1, 1]);
        names.Select(name => name.Id).Order().ShouldBe([0, 1, 2, 3, 4, 5]);
        (await QueryAsync("SELECT stable_id || ' ' || change || ' ' || other FROM family_log ORDER BY other")).Count(change => change.StartsWith($"{large} split ", StringComparison.Ordinal)).ShouldBe(3);
        (await FamilyStore.ReclusterAsync(_folder.Path, $"recluster{_run++}", 0.87, Options, TimeProvider.System, default)).ShouldBeTrue();
        (await NamesAsync()).ShouldBe([(large, 4), (small, 2)], ignoreOrder: true);
        (await QueryAsync("SELECT count(*) || ' ' || change FROM family_log WHERE snapshot = 3 GROUP BY change")).ShouldBe(["4 merged"]);
    }

    [Fact]
    public async Task A_chain_has_several_stars_and_its_least_similarity_is_that_of_its_ends()
    {
        await RunAsync(0.87, [1, 2, 3]);
        (await QueryAsync("SELECT stars || ' ' || round(least_similarity, 3) FROM family_names")).ShouldBe(["1 0.54"]);
        await RunAsync(0.87, [4]);
        (await QueryAsync("SELECT stars || ' ' || round(least_similarity, 2) FROM family_names")).ShouldBe(["2 0.07"]);
        (await QueryAsync("SELECT count(*) || '' FROM families WHERE content_id = star AND similarity_to_leader = 1")).ShouldBe(["2"]);
        (await QueryAsync("SELECT count(*) || '' FROM families WHERE similarity_to_leader < 0.87")).ShouldBe(["0"]);
    }

    [Fact]
    public async Task A_threshold_below_the_links_that_are_kept_is_refused()
    {
        await RunAsync(0.87, [1, 2]);
        (await Should.ThrowAsync<Memorization.Configuration.SetupException>(() => FamilyStore.ReclusterAsync(_folder.Path, $"recluster{_run++}", 0.8, Options, TimeProvider.System, default)))
            .Message.ShouldContain("links are kept from 0.85 on");
    }

    private async Task<IReadOnlyList<(long Id, int Contents)>> NamesAsync()
    {
        using var database = await StoreDatabase.OpenAsync(_folder.Path);
        return database.Query("SELECT stable_id, contents FROM family_names", reader => (reader.GetInt64(0), reader.GetInt32(1)));
    }

    private async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        using var database = await StoreDatabase.OpenAsync(_folder.Path);
        return database.Query(sql, reader => reader.GetString(0));
    }

    private Task RunAsync(double threshold, params int[][] batches) => RunAsync(_folder.Path, threshold, "f", batches);

    private async Task RunAsync(string store, double threshold, string filter, params int[][] batches)
    {
        using var held = await WritableStore.OpenAsync(store, $"run{_run++}", filter);
        var writer = held.Writer;
        var families = await FamilyStore.OpenAsync(held.Held, held.Scope, 2, Options);
        foreach (var batch in batches)
        {
            foreach (var number in batch) await writer.AddAsync(Stored(number));
            await families.RunAsync((await writer.FlushAsync())!, default);
        }

        await families.PublishAsync(threshold, TimeProvider.System, default);
    }

    private async Task<IReadOnlyList<(string Content, string Family)>> FamiliesAsync(string? store = null)
    {
        using var database = await StoreDatabase.OpenAsync(store ?? _folder.Path);
        return database.Query("SELECT content_id, family FROM families ORDER BY content_id", reader => (reader.GetString(0), reader.GetString(1)));
    }

    private static int[] Sizes(IEnumerable<(string Content, string Family)> families) =>
        [.. families.GroupBy(pair => pair.Family).Select(group => group.Count()).OrderDescending()];
}
