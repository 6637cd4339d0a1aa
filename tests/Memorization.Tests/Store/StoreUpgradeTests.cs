using System.IO.Compression;
using Memorization.Configuration;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store;

/// <summary>A store that the version before this one wrote (tests/fixtures/make-store.sh).</summary>
public sealed class StoreUpgradeTests : IDisposable
{
    // As the version that wrote it counted them.
    private const string Counts = """
        SELECT (SELECT count(*) FROM study) || ' ' || (SELECT sum(rows) FROM units) || ' ' || (SELECT count(DISTINCT family) FROM families) || ' ' || (SELECT count(*) FROM rows)
            || ' ' || (SELECT count(*) FROM images) || ' ' || (SELECT sum(stable_id) FROM family_names)
        """;

    private readonly TemporaryFolder _folder = new();

    public StoreUpgradeTests() => ZipFile.ExtractToDirectory(Path.Combine(GoldenFile.Root, "tests", "fixtures", "store-format-1.zip"), _folder.Path);

    private string Store => _folder.File("store");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_read_as_it_was_once_it_is_upgraded_and_no_data_file_has_changed()
    {
        var files = Files().ToDictionary(path => path, File.ReadAllBytes);

        using (var held = await HeldStore.TakeAsync(Store, "run", TimeProvider.System)) held.WasUpgraded.ShouldBeTrue();

        (await CountAsync()).ShouldBe("49 1000 5 49 49 10");
        Files().Where(files.ContainsKey).Count().ShouldBe(files.Count);
        foreach (var (path, bytes) in files) File.ReadAllBytes(path).ShouldBe(bytes);
        (await StoreVerification.RunAsync(Store)).Findings.ShouldBeEmpty();
        using var again = await HeldStore.TakeAsync(Store, "run2", TimeProvider.System);
        again.WasUpgraded.ShouldBeFalse();
    }

    [Fact]
    public async Task Until_then_readers_are_told_what_to_do()
    {
        (await Should.ThrowAsync<SetupException>(() => StoreDatabase.OpenAsync(Store))).Message.ShouldContain("memorization store upgrade");
        (await Should.ThrowAsync<SetupException>(() => StoreTables.ReadAsync(Store))).Message.ShouldContain("memorization store upgrade");
    }

    [Fact]
    public async Task An_upgrade_that_was_cut_off_after_any_table_goes_on()
    {
        foreach (var table in Tables.All)
        {
            using var copy = new TemporaryFolder();
            ZipFile.ExtractToDirectory(Path.Combine(GoldenFile.Root, "tests", "fixtures", "store-format-1.zip"), copy.Path);
            using (await HeldStore.TakeAsync(copy.File("store"), "first", TimeProvider.System)) { }
            Directory.Move(copy.File("store", "commits.upgraded"), copy.File("store", "commits"));
            if (Directory.Exists(copy.File("store", table.Name, "_delta_log"))) Directory.Delete(copy.File("store", table.Name, "_delta_log"), recursive: true);
            File.Delete(copy.File("store", "CURRENT"));
            File.WriteAllText(copy.File("store", "CURRENT"), "0");
            File.Copy(_folder.File("store", "snapshots", "0.json"), copy.File("store", "snapshots", "0.json"), overwrite: true);

            using (await HeldStore.TakeAsync(copy.File("store"), "second", TimeProvider.System)) { }

            (await CountAsync(copy.File("store"))).ShouldBe("49 1000 5 49 49 10", table.Name);
        }
    }

    [Fact]
    public async Task Rows_of_files_without_key_prefixes_are_known_and_have_them_once_the_files_are_merged()
    {
        using var held = await HeldStore.TakeAsync(Store, "run", TimeProvider.System);
        string schema = held.Tables[Tables.Rows].MetaData!.SchemaString, lacking = await PrefixesAsync();
        var known = await KnownAsync(held.Tables);

        await new StoreOptimize(held, TimeProvider.System).RunAsync(default);

        (lacking, known, await PrefixesAsync(), await KnownAsync(held.Tables)).ShouldBe(("0 of 49", 49, "49 of 49", 49));
        schema.ShouldContain("key_prefix");
        (await StoreVerification.RunAsync(Store)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_lacks_a_file_is_refused()
    {
        File.Delete(Files().First());

        (await Should.ThrowAsync<SetupException>(() => HeldStore.TakeAsync(Store, "run", TimeProvider.System))).Message.ShouldContain("of an earlier format and not whole");
    }

    private async Task<string> PrefixesAsync()
    {
        using var database = await StoreDatabase.OpenAsync(Store);
        return database.Query("SELECT count(key_prefix) || ' of ' || count(*) FROM rows", reader => reader.GetString(0)).Single();
    }

    // Each row looked up beside a key that begins like its own.
    private async Task<int> KnownAsync(StoreTables tables)
    {
        using var database = await StoreDatabase.OpenAsync(Store);
        var keys = database.Query("SELECT row_key FROM rows", reader => KnownRowsQuery.Key(reader.GetString(0)));
        using var known = KnownRows.Open(tables, new StoreScope(Store, "look", database.Snapshot!.Filter, database.Snapshot.Model), WritableStore.Rules, DateTimeOffset.UnixEpoch);
        keys.ShouldAllBe(key => known.Find(key ^ 1) == null);
        return keys.Count(key => known.Find(key) is { HasVerdict: true });
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Store, "part-*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private async Task<string> CountAsync(string? store = null)
    {
        using var database = await StoreDatabase.OpenAsync(store ?? Store);
        return database.Query(Counts, reader => reader.GetString(0)).Single();
    }
}
