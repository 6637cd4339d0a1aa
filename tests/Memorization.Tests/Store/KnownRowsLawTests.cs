using System.Globalization;
using CsCheck;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Store;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Memorization.Tests.Store.MadeRows;

namespace Memorization.Tests.Store;

/// <summary>Whatever increments come, in whatever order and however often: a run knows of a row what plain sets in memory know of it.</summary>
public sealed class KnownRowsLawTests
{
    private static readonly StoreRules Rules = WritableStore.Rules;

    private static readonly Gen<Increment[]> Increments = Gen.Select(
        Gen.Bool,
        Gen.Bool,
        Gen.Int[0, 2],
        Gen.Int[-1, 3],
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, 3], (number, unit) => new MetRow(number, unit)).Array[0, 24],
        (hasWaited, isNarrow, announced, skipped, rows) =>
            new Increment(hasWaited, isNarrow ? "narrow" : "f", announced, skipped, [.. rows.Where(row => row.Unit != skipped).Distinct()])).Array[1, 4];

    [Fact]
    public Task Any_increments_leave_what_plain_sets_say_and_each_row_ends_as_they_say() => Increments.SampleAsync(
        async increments =>
        {
            using var folder = new TemporaryFolder();
            var (naive, time) = (new NaiveStore(), new FakeTimeProvider());
            foreach (var (increment, run) in increments.Select((increment, run) => (increment, run))) await RunAsync(folder.Path, increment, run, naive, time);
            await ShouldHoldAsync(folder.Path, naive);
        },
        iter: 8, threads: 1);

    [Fact]
    public Task Rows_looked_up_by_their_keys_are_those_of_a_store_that_is_read_whole() => Increments.SampleAsync(
        async increments =>
        {
            using var folder = new TemporaryFolder();
            var (naive, time) = (new NaiveStore(), new FakeTimeProvider());
            foreach (var (increment, run) in increments.Select((increment, run) => (increment, run))) await RunAsync(folder.Path, increment, run, naive, time);
            var tables = await StoreTables.ReadAsync(folder.Path);
            foreach (var filter in (string[])["f", "narrow"])
            {
                var scope = new StoreScope(folder.Path, "look", filter, "m");
                using KnownRows whole = KnownRows.Open(tables, scope, Rules, time.GetUtcNow(), mostFindings: 0), some = KnownRows.Open(tables, scope, Rules, time.GetUtcNow(), mostFindings: 1000);
                var keys = Enumerable.Range(0, 17).Select(number => Row(number).Key).ToList();
                keys.ConvertAll(key => Facts(some.Find(key))).ShouldBe(keys.ConvertAll(key => Facts(whole.Find(key))));
                foreach (var number in Enumerable.Range(0, 17))
                    foreach (var unit in Enumerable.Range(0, 4)) some.HasPlace(Row(number, Id(unit))).ShouldBe(whole.HasPlace(Row(number, Id(unit))));
            }
        },
        iter: 4, threads: 1);

    private static async Task RunAsync(string folder, Increment increment, int run, NaiveStore naive, FakeTimeProvider time)
    {
        if (increment.HasWaited) time.Advance(TimeSpan.FromDays(40));
        naive.Begin(increment.HasWaited, [increment.Skipped]);
        using var store = await WritableStore.OpenAsync(folder, $"run{run}", increment.Filter, time: time);
        var known = store.Writer.Known;
        if (increment.Skipped >= 0) known.Skip(Id(increment.Skipped));
        // All rows, half of them, or none: who is not announced is looked up by himself.
        if (increment.Announced < 2) known.Announcement?.Tell([.. increment.Rows.Where(row => increment.Announced == 0 || row.Number % 2 == 0).Select(row => Row(row.Number, Id(row.Unit)))]);
        foreach (var row in increment.Rows)
        {
            var end = naive.Take(row, increment.Filter);
            if (NaiveStore.IsRefused(increment.Filter, row.Number))
            {
                await store.Writer.AddAsync(CaptionTooLong(row.Number, Id(row.Unit)));
                continue;
            }

            var outcome = await known.RunAsync(Selected(row.Number, Id(row.Unit)), default);
            outcome.Rejection?.Reason.ShouldBe(end ?? throw new ShouldAssertException($"{row} was to be worked on, and ended as {outcome.Rejection.Reason}"));
            if (outcome.Rejection is null) end.ShouldBeNull($"{row} was let through");
            await store.Writer.AddAsync(outcome.Rejection is { } rejection ? new RowEnd(Selected(row.Number, Id(row.Unit)), rejection) : Worked(row, time));
        }

        await store.Writer.FlushAsync();
    }

    private static RowEnd Worked(MetRow row, FakeTimeProvider time) => NaiveStore.Fate(row.Number) is { } reason
        ? new RowEnd(Selected(row.Number, Id(row.Unit)), new FetchRejection(reason, null, MadeRows.Record with { FetchedAt = time.GetUtcNow() }))
        : Stored(row.Number, unit: Id(row.Unit));

    private static async Task ShouldHoldAsync(string folder, NaiveStore naive)
    {
        var tables = await StoreTables.ReadAsync(folder);
        Read(tables, "f", "SELECT row_key, source_content, source_row FROM rows").ShouldBe(naive.First.Values.Select(Place).Order());
        Read(tables, "f", "SELECT row_key, source_content, source_row FROM duplicates").ShouldBe(naive.Again.Select(Place).Order());
        Read(tables, "f", "SELECT row_key, outcome, reason FROM images").ShouldBe(
            naive.Images.Select(image => $"{Key(image.Key)} {(image.Value is null ? "kept" : "rejected")} {image.Value}").Order());
        foreach (var filter in (string[])["f", "narrow"])
        {
            Read(tables, filter, "SELECT row_key, kept FROM verdicts").ShouldBe(
                naive.Verdicts.Where(verdict => verdict.Filter == filter).Select(verdict => $"{Key(verdict.Number)} {!NaiveStore.IsRefused(filter, verdict.Number)}").Order(), filter);
        }
    }

    private static IEnumerable<string> Read(StoreTables tables, string filter, string sql)
    {
        using var database = StoreDatabase.Open(tables, filter, "m");
        return database.Query(sql).Rows.Select(row => string.Join(' ', row.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)))).Order();
    }

    private static (bool, bool, bool, Reason?)? Facts(KnownRow? row) => row is { } known ? (true, known.HasVerdict, known.IsStored, known.Failure) : null;

    private static string Place(MetRow row) => $"{Key(row.Number)} {(UInt128)(row.Unit + 1):x32} {row.Number}";

    private static string Key(int number) => Row(number).Key.ToString("x32", CultureInfo.InvariantCulture);

    private static UnitId Id(int unit) => new((UInt128)(unit + 1), 0);

    /// <summary>The rows of one run.</summary>
    /// <param name="HasWaited">Whether what may pass has had its time since the run before.</param>
    /// <param name="Filter">The run's filter.</param>
    /// <param name="Announced">0: all rows are announced, 1: half of them, 2: none.</param>
    /// <param name="Skipped">A unit that the run does not read; -1 for none.</param>
    /// <param name="Rows">Places, each once.</param>
    private sealed record Increment(bool HasWaited, string Filter, int Announced, int Skipped, MetRow[] Rows);
}
