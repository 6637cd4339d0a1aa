using System.Globalization;
using Memorization.Flow;
using Memorization.Store;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace Memorization.Tests.Store;

/// <summary>Tests that write a store run by run and look at what is in it.</summary>
public abstract class WrittenStoreTests : IDisposable
{
    private int _run;

    private protected TemporaryFolder Folder { get; } = new();

    private protected FakeTimeProvider Time { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<CommittedBatch?> CommitAsync(params RowEnd[] ends)
    {
        using var store = await OpenAsync();
        foreach (var end in ends) await store.Writer.AddAsync(end);
        return await store.Writer.FlushAsync();
    }

    private protected Task<WritableStore> OpenAsync(StoreOptions? options = null, string filter = "f", string model = "m") =>
        WritableStore.OpenAsync(Folder.Path, $"run{_run++}", filter, model, options, time: Time);

    private protected string Query(string sql, string filter = "f")
    {
        using var database = StoreDatabase.Open(StoreTables.ReadAsync(Folder.Path).GetAwaiter().GetResult(), filter, "m");
        return Convert.ToString(database.Query(sql).Rows.ShouldHaveSingleItem()[0], CultureInfo.InvariantCulture)!;
    }
}
