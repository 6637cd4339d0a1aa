using Memorization.Store;

namespace Memorization.Tests.Store;

/// <summary>A held store with its writer, as a run has them.</summary>
internal sealed class WritableStore : IDisposable
{
    public static readonly StoreRules Rules = new("fetch", "decode", TimeSpan.FromHours(1));

    private WritableStore(HeldStore held, StoreScope scope, StoreWriter writer) => (Held, Scope, Writer) = (held, scope, writer);

    public HeldStore Held { get; }

    public StoreScope Scope { get; }

    public StoreWriter Writer { get; }

    public static async Task<WritableStore> OpenAsync(
        string path, string run, string filter = "f", string model = "m", StoreOptions? options = null, StoreRules? rules = null, TimeProvider? time = null)
    {
        var scope = new StoreScope(path, run, filter, model);
        var held = await HeldStore.TakeAsync(path, run, time ?? TimeProvider.System);
        return new WritableStore(held, scope, StoreWriter.Open(held, scope, options ?? new StoreOptions(), rules ?? Rules, time ?? TimeProvider.System));
    }

    public void Dispose()
    {
        Writer.Dispose();
        Held.Dispose();
    }
}
