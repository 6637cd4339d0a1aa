using Memorization.Embedding;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Store;
using Shouldly;
using Xunit;
using static Memorization.Tests.Store.MadeRows;

namespace Memorization.Tests.Store;

/// <summary>What a run knows of rows that earlier runs, or it itself, have met, and when it tries them again.</summary>
public sealed class KnownRowsTests : WrittenStoreTests
{
    [Fact]
    public async Task A_row_of_an_earlier_run_is_known_and_not_written_again()
    {
        await CommitAsync(Stored(1), NotFound(2));
        using var store = await OpenAsync();

        (await store.Writer.Known.RunAsync(Selected(1), default)).Rejection!.Reason.ShouldBe(Reason.AlreadyStored);
        (await store.Writer.Known.RunAsync(Selected(2), default)).Rejection!.Reason.ShouldBe(Reason.NotFound);
        (await store.Writer.Known.RunAsync(Selected(3), default)).IsKept(out _).ShouldBeTrue();
        (await store.Writer.Known.RunAsync(Selected(3), default)).Rejection!.Reason.ShouldBe(Reason.DuplicateRow);
        await store.Writer.AddAsync(new RowEnd(Selected(1), new Rejection(Reason.AlreadyStored)));
        await store.Writer.AddAsync(new RowEnd(Selected(2), (await store.Writer.Known.RunAsync(Selected(2), default)).Rejection));

        (await store.Writer.FlushAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_row_that_is_met_again_has_one_verdict_and_both_its_places_whether_or_not_the_filter_refuses_it()
    {
        var other = new UnitId(8, 0);
        RowEnd[] ends =
        [
            CaptionTooLong(1), CaptionTooLong(1, other), Stored(2), Again(2, other), UnitEnds(emitted: 2), UnitEnds(emitted: 2, unit: other),
        ];
        await CommitAsync(ends);
        using (var narrow = await OpenAsync(filter: "narrow"))
        {
            foreach (var end in ends) await narrow.Writer.AddAsync(end.Item is EmbeddedImage ? CaptionTooLong(2) : end);
            await narrow.Writer.FlushAsync();
        }

        foreach (var filter in (string[])["f", "narrow"]) Query("SELECT count(*) || ' ' || count(DISTINCT row_key) FROM verdicts", filter).ShouldBe("2 2", filter);
        Query("SELECT string_agg(source_row || '@' || source_content[32], ' ' ORDER BY ALL) FROM rows").ShouldBe("1@7 2@7");
        Query("SELECT string_agg(source_row || '@' || source_content[32], ' ' ORDER BY ALL) FROM duplicates").ShouldBe("1@8 2@8");
    }

    [Fact]
    public async Task A_row_met_again_waits_for_the_one_that_it_repeats_and_its_unit_with_it()
    {
        var other = new UnitId(8, 0);
        using var store = await OpenAsync();
        await store.Writer.AddAsync(Again(1, other));
        await store.Writer.AddAsync(UnitEnds(emitted: 1, unit: other));
        (await store.Writer.FlushAsync()).ShouldBeNull();

        await store.Writer.AddAsync(Stored(1));
        await store.Writer.FlushAsync();

        Query("SELECT count(*) FROM duplicates").ShouldBe("1");
        (await UnitHistory.ReadAsync(await StoreTables.ReadAsync(Folder.Path))).Find(other, "f", "m")!.Reasons.ShouldContainKey(Reason.DuplicateRow);
    }

    [Fact]
    public async Task A_row_whose_first_place_is_in_a_unit_that_is_skipped_is_met_again_and_in_one_that_is_not_it_is_known()
    {
        await CommitAsync(Stored(1));
        using (var store = await OpenAsync()) (await store.Writer.Known.RunAsync(Selected(1, new UnitId(8, 0)), default)).Rejection!.Reason.ShouldBe(Reason.AlreadyStored);
        using var again = await OpenAsync();
        again.Writer.Known.Skip(Unit);

        (await again.Writer.Known.RunAsync(Selected(1, new UnitId(8, 0)), default)).Rejection!.Reason.ShouldBe(Reason.DuplicateRow);
    }

    [Theory]
    [InlineData(Reason.Timeout, 59, false)]
    [InlineData(Reason.Timeout, 60, true)]
    [InlineData(Reason.NotFound, 1_000_000, false)]
    [InlineData(Reason.BodyTooLarge, 1_000_000, false)]
    public async Task A_row_that_failed_is_tried_again_by_the_class_of_its_reason(Reason reason, int minutes, bool isTried)
    {
        await CommitAsync(Failed(1, reason, Time.GetUtcNow()));
        Time.Advance(TimeSpan.FromMinutes(minutes));

        using var store = await OpenAsync();

        (await store.Writer.Known.RunAsync(Selected(1), default)).IsKept(out _).ShouldBe(isTried);
        store.Writer.Known.DueUnits.Count.ShouldBe(isTried ? 1 : 0);
    }

    [Fact]
    public async Task Each_failure_in_a_row_doubles_the_wait()
    {
        for (var failures = 1; failures <= 3; failures++)
        {
            await CommitAsync(Failed(1, Reason.ServerError, Time.GetUtcNow()));
            Query("SELECT failures FROM images").ShouldBe($"{failures}");
            var wait = TimeSpan.FromHours(1 << (failures - 1));
            Time.Advance(wait - TimeSpan.FromSeconds(1));
            using (var early = await OpenAsync()) early.Writer.Known.Due.ShouldBeEmpty();
            Time.Advance(TimeSpan.FromSeconds(1));
            using var due = await OpenAsync();
            due.Writer.Known.Due.Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_row_is_tried_again_once_the_options_that_rejected_it_change()
    {
        await CommitAsync(Failed(1, Reason.BodyTooLarge, Time.GetUtcNow()), Failed(2, Reason.TooManyPixels, Time.GetUtcNow()));

        using (var fetch = await WritableStore.OpenAsync(Folder.Path, "r1", rules: WritableStore.Rules with { Fetch = "other" }, time: Time))
            fetch.Writer.Known.Due.Keys.ShouldBe([Row(1).Key]);
        using var decode = await WritableStore.OpenAsync(Folder.Path, "r2", rules: WritableStore.Rules with { Decode = "other" }, time: Time);
        decode.Writer.Known.Due.Keys.ShouldBe([Row(2).Key]);
    }

    [Fact]
    public async Task Under_another_model_a_known_row_is_asked_for_again()
    {
        await CommitAsync(Stored(1));
        using var store = await OpenAsync(model: "other");

        (await store.Writer.Known.RunAsync(Selected(1), default)).IsKept(out _).ShouldBeTrue();
    }
}
