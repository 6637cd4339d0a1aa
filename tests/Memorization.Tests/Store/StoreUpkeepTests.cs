using Memorization.Flow;
using Memorization.Store;
using Memorization.Tests.Store.Verify;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Memorization.Tests.Store.MadeRows;

namespace Memorization.Tests.Store;

/// <summary>Optimize and vacuum: other files, the same content.</summary>
public sealed class StoreUpkeepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private int _run;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Small_files_are_merged_and_readers_see_the_same()
    {
        for (var i = 1; i <= 5; i++) await RunAsync(SoundStore.Stored(i), SoundStore.Keyed(NotFound(i + 10)));
        var before = await ContentAsync();

        var done = await OptimizeAsync();

        done.Select(table => (table.Table, table.FilesBefore, table.FilesAfter)).ShouldContain((Tables.Images, 5, 1));
        (await ContentAsync()).ShouldBe(before);
        var current = await Snapshot.ReadCurrentAsync(_folder.Path);
        current!.Tables.ShouldBe((await StoreTables.ReadAsync(_folder.Path)).Versions);
        (await OptimizeAsync()).ShouldBeEmpty();
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Records_that_later_ones_supersede_are_left_out()
    {
        await RunAsync(SoundStore.Keyed(Failed(1, Reason.Timeout, _time.GetUtcNow())), SoundStore.Stored(2));
        _time.Advance(TimeSpan.FromHours(2));
        await RunAsync(SoundStore.Keyed(Failed(1, Reason.ServerError, _time.GetUtcNow())));
        var before = await ContentAsync();

        var done = await OptimizeAsync();

        done.Single(table => table.Table == Tables.Images).Superseded.ShouldBe(1);
        (await ContentAsync()).ShouldBe(before);
        using var all = StoreDatabase.OfAllRecords(await StoreTables.ReadAsync(_folder.Path), Tables.Of(Tables.Images));
        all.Query("SELECT count(*), max(reason) FROM images", reader => (reader.GetInt64(0), reader.GetString(1))).ShouldBe([(2, "ServerError")]);
    }

    [Fact]
    public async Task Vacuum_keeps_what_retained_snapshots_need_and_the_newest_whatever_its_age()
    {
        for (var i = 1; i <= 12; i++)
        {
            await RunAsync(SoundStore.Stored(i));
            _time.Advance(TimeSpan.FromDays(1));
        }

        await OptimizeAsync();
        var before = await ContentAsync();
        _time.Advance(TimeSpan.FromHours(12));
        (await VacuumAsync(TimeSpan.FromDays(3), delete: false)).SnapshotsKept.ShouldBe(3);
        Directory.GetFiles(_folder.File("snapshots")).Length.ShouldBe(13);

        var removed = await VacuumAsync(TimeSpan.FromDays(3), delete: true);

        (removed.SnapshotsKept, removed.Snapshots).ShouldBe((3, 10));
        foreach (var snapshot in await Snapshot.ReadAllAsync(_folder.Path))
        {
            var tables = await StoreTables.ReadAsync(_folder.Path, snapshot.Tables);
            foreach (var table in Tables.All)
                foreach (var file in tables.Files(table)) File.Exists(tables.PathOf(table.Name, file.Path)).ShouldBeTrue(file.Path);
        }

        (await ContentAsync()).ShouldBe(before);
        (await VacuumAsync(TimeSpan.Zero, delete: true)).SnapshotsKept.ShouldBe(1);
        (await ContentAsync()).ShouldBe(before);
        File.Exists(_folder.File(Tables.Families, "_delta_log", $"{0:D20}.json")).ShouldBeFalse("a checkpoint has it");
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty();
        await RunAsync(SoundStore.Stored(20));
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wherever_the_removal_of_old_log_entries_is_cut_off_the_store_is_sound()
    {
        for (var i = 1; i <= 23; i++) await RunAsync(SoundStore.Stored(i));
        foreach (var snapshot in (await Snapshot.ReadAllAsync(_folder.Path)).SkipLast(1)) File.Delete(snapshot.PathIn(_folder.Path));
        var old = DeltaLog.Expire(_folder.File(Tables.Images), oldest: 22, delete: false);
        old.Count.ShouldBe(21);

        foreach (var path in old)
        {
            File.Delete(path);
            (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty(path);
        }
    }

    [Fact]
    public async Task Vacuum_removes_shards_that_no_image_names_and_keeps_the_others()
    {
        await RunAsync(SoundStore.Stored(1));
        File.WriteAllText(_folder.File("blobs", "blobs-000000-old.tar"), "");
        var named = Directory.GetFiles(_folder.File("blobs")).Single(path => !path.Contains("old", StringComparison.Ordinal));

        await VacuumAsync(TimeSpan.Zero, delete: true);

        Directory.GetFiles(_folder.File("blobs")).ShouldBe([named]);
    }

    private async Task RunAsync(params RowEnd[] ends)
    {
        using var held = await WritableStore.OpenAsync(_folder.Path, $"run{_run++}", options: new StoreOptions { Images = StoredImages.Original }, time: _time);
        var families = await FamilyStore.OpenAsync(held.Held, held.Scope, 2, new() { Threshold = 0.9, StoreThreshold = 0.85 });
        foreach (var end in ends) await held.Writer.AddAsync(end);
        if (await held.Writer.FlushAsync() is { } batch) await families.RunAsync(batch, default);
        await families.PublishAsync(0.9, _time, default);
    }

    private async Task<IReadOnlyList<OptimizedTable>> OptimizeAsync()
    {
        using var held = await HeldStore.TakeAsync(_folder.Path, $"optimize{_run++}", _time);
        return await new StoreOptimize(held, _time).RunAsync(default);
    }

    private async Task<VacuumedStore> VacuumAsync(TimeSpan retain, bool delete)
    {
        using var held = await HeldStore.TakeAsync(_folder.Path, $"vacuum{_run++}", _time);
        return await StoreVacuum.RunAsync(held, retain, _time, delete);
    }

    private async Task<string> ContentAsync()
    {
        using var database = await StoreDatabase.OpenAsync(_folder.Path);
        return string.Join('\n', Tables.All.SelectMany(table => database.Query($"SELECT t::VARCHAR FROM {table.Name} t ORDER BY 1", reader => reader.GetString(0)).Prepend(table.Name)));
    }
}
