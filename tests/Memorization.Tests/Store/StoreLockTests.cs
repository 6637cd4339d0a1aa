using System.Text.Json.Nodes;
using Memorization.Configuration;
using Memorization.Store;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Memorization.Tests.Store.MadeRows;

namespace Memorization.Tests.Store;

/// <summary>One writer at a time: who gets the store, who is told to wait, and that an owner who lost it commits nothing.</summary>
public sealed class StoreLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_that_is_held_is_refused_with_its_owners_name_and_free_once_it_is_given_back()
    {
        using (await TakeAsync("one"))
        {
            (await Should.ThrowAsync<SetupException>(() => TakeAsync("two"))).Message
                .ShouldStartWith($"the store {_folder.Path} is held by process {Environment.ProcessId} on {Environment.MachineName} since ");
        }

        File.Exists(OwnerFile).ShouldBeFalse();
        (await TakeAsync("two")).Dispose();
    }

    [Fact]
    public async Task An_owner_that_finds_anothers_name_in_the_lock_commits_nothing()
    {
        using var store = await WritableStore.OpenAsync(_folder.Path, "one", time: _time);
        await store.Writer.AddAsync(Stored(1));
        await store.Writer.FlushAsync();
        await store.Writer.AddAsync(Stored(2));
        WriteOwner("elsewhere", _time.GetUtcNow());

        (await Should.ThrowAsync<StoreLostException>(async () => await store.Writer.FlushAsync())).Message.ShouldStartWith("the store is now held by process 4 on elsewhere");

        (await Latest()).ShouldBe(1);
        await Should.ThrowAsync<StoreLostException>(() => store.Held.PublishAsync(new Snapshot(0, store.Held.Tables.Versions, "f", "m", 0.9, 0.9, 0, _time.GetUtcNow(), "one")));
        (await Snapshot.ReadCurrentAsync(_folder.Path)).ShouldBeNull();
    }

    [Fact]
    public async Task An_owner_that_lost_the_store_leaves_the_lock_to_the_other()
    {
        var store = await TakeAsync("one");
        WriteOwner("elsewhere", _time.GetUtcNow());

        store.Dispose();

        Owner()["host"]!.GetValue<string>().ShouldBe("elsewhere");
    }

    [Fact]
    public async Task An_owner_that_could_not_renew_its_name_for_five_minutes_commits_nothing()
    {
        using var store = await WritableStore.OpenAsync(_folder.Path, "one", time: _time);
        await store.Writer.AddAsync(Stored(1));
        var stale = Owner();
        _time.Advance(StoreLock.Silence);
        File.WriteAllText(OwnerFile, stale.ToJsonString());

        (await Should.ThrowAsync<StoreLostException>(async () => await store.Writer.FlushAsync())).Message.ShouldContain("could not be renewed for 5 minutes");

        (await Latest()).ShouldBe(0);
    }

    [Fact]
    public async Task The_owner_renews_its_name_while_it_holds_the_store()
    {
        using var store = await WritableStore.OpenAsync(_folder.Path, "one", time: _time);
        var taken = _time.GetUtcNow();

        for (var beat = 0; beat < 40; beat++) _time.Advance(TimeSpan.FromSeconds(15));

        Owner()["renewed"]!.GetValue<DateTimeOffset>().ShouldBe(taken + TimeSpan.FromMinutes(10));
        Owner()["since"]!.GetValue<DateTimeOffset>().ShouldBe(taken);
        (await store.Writer.AddAsync(Stored(1))).ShouldNotBeNull("after so long a time it is committed at once");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4.9)]
    public async Task An_owner_on_another_host_that_was_heard_of_lately_keeps_the_store(double minutes)
    {
        WriteOwner("elsewhere", _time.GetUtcNow() - TimeSpan.FromMinutes(minutes));

        (await Should.ThrowAsync<SetupException>(() => TakeAsync("one"))).Message
            .ShouldStartWith($"the store {_folder.Path} is held by process 4 on elsewhere since ");
        Owner()["host"]!.GetValue<string>().ShouldBe("elsewhere");
    }

    [Fact]
    public async Task An_owner_on_another_host_that_is_silent_for_more_than_five_minutes_loses_the_store()
    {
        WriteOwner("elsewhere", _time.GetUtcNow() - TimeSpan.FromMinutes(5.1));

        using var store = await TakeAsync("one");

        Owner()["host"]!.GetValue<string>().ShouldBe(Environment.MachineName);
    }

    [Fact]
    public async Task The_lock_of_a_process_of_this_host_that_is_gone_is_taken_over_at_once()
    {
        File.WriteAllText(_folder.File("LOCK"), "");
        WriteOwner(Environment.MachineName, _time.GetUtcNow());

        using var store = await TakeAsync("one");

        Owner()["process_id"]!.GetValue<int>().ShouldBe(Environment.ProcessId);
    }

    [Fact]
    public async Task Half_an_owners_name_keeps_nobody_out()
    {
        File.WriteAllText(OwnerFile, """{ "host": "elsew""");

        (await TakeAsync("one")).Dispose();
    }

    [Fact]
    public async Task Of_many_that_write_the_same_version_at_once_one_wins_and_the_log_has_its_lines_whole()
    {
        const int writers = 16;
        var table = _folder.File("rows");
        for (var round = 0; round < 20; round++)
        {
            var states = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => DeltaLog.ReadAsync(table)));
            using var start = new Barrier(writers);
            var winners = await Task.WhenAll(states.Select((state, writer) => Task.Factory.StartNew(
                () => start.SignalAndWait(TimeSpan.FromSeconds(30)) && WinsAsync(state, writer).GetAwaiter().GetResult(), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            winners.Count(won => won).ShouldBe(1);
            var after = await DeltaLog.ReadAsync(table);
            after.Version.ShouldBe(round);
            after.TransactionOf($"writer {Array.IndexOf(winners, true)}").ShouldBe(round);
        }

        Directory.EnumerateFiles(_folder.Path, "*" + Durable.Unfinished, SearchOption.AllDirectories).ShouldBeEmpty();

        async Task<bool> WinsAsync(DeltaState state, int writer)
        {
            try
            {
                var line = new DeltaAction { Transaction = new DeltaTransaction { AppId = $"writer {writer}", Version = state.Version + 1 } };
                await DeltaLog.AppendAsync(table, state, [line], _time.GetUtcNow());
                return true;
            }
            catch (StoreLostException)
            {
                return false;
            }
        }
    }

    private string OwnerFile => _folder.File(StoreLock.OwnerFile);

    private Task<HeldStore> TakeAsync(string run) => HeldStore.TakeAsync(_folder.Path, run, _time);

    private JsonObject Owner() => (JsonObject)JsonNode.Parse(File.ReadAllText(OwnerFile))!;

    private void WriteOwner(string host, DateTimeOffset renewed) => File.WriteAllText(
        OwnerFile, new JsonObject { ["host"] = host, ["process_id"] = 4, ["since"] = renewed, ["renewed"] = renewed, ["token"] = "another" }.ToJsonString());

    private async Task<long> Latest()
    {
        using var database = await StoreDatabase.OpenLatestAsync(new StoreScope(_folder.Path, "", "f", "m"));
        return database.Count("SELECT count(*) FROM rows");
    }
}
