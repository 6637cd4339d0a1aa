using CsCheck;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store;

/// <summary>Keys are found by how they begin, in whatever file they are; where that cannot be said it is not.</summary>
public sealed class KeyPrefixScanTests : IDisposable
{
    // Few beginnings, so that many keys share one, and some anywhere.
    private static readonly Gen<UInt128> Key = Gen.Select(Gen.Int[0, 30], Gen.ULong, Gen.Bool, (first, rest, isAnywhere) => isAnywhere ? new UInt128(rest, rest) : ((UInt128)first << 100) + rest);

    private readonly TemporaryFolder _folder = new();
    private int _files;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task It_finds_exactly_the_keys_that_begin_like_one_that_is_there() => Gen.Select(Key.Array[1, 400].Array[0, 3], Key.Array[0, 300]).SampleAsync(
        async (stored, unknown) =>
        {
            List<string> files = [];
            foreach (var keys in stored) files.Add(await WriteAsync(keys));
            UInt128[] wanted = [.. unknown, .. stored.SelectMany(keys => keys.Take(3))];

            var prefixes = stored.SelectMany(keys => keys).Select(key => KnownRowsQuery.Text(key)[..15]).ToHashSet();
            new KeyPrefixScan(files).Find(wanted).ShouldBe(wanted.Where(key => prefixes.Contains(KnownRowsQuery.Text(key)[..15])));
        },
        iter: 25, threads: 1);

    [Fact]
    public async Task Rows_beyond_the_first_batch_and_the_first_row_group_are_gone_through()
    {
        var file = _folder.File("groups.parquet");
        await using (var stream = File.Create(file))
        {
            var appender = new TableAppender<RowRecord>(stream);
            for (var i = 1; i <= 70_000; i++) await appender.AddAsync(Record((UInt128)i << 68));
            await appender.FinishAsync();
        }

        var scan = new KeyPrefixScan([file]);
        foreach (var i in (int[])[1, 8192, 8193, 65_536, 65_537, 70_000]) scan.Find([(UInt128)i << 68, UInt128.MaxValue]).ShouldBe([(UInt128)i << 68], $"{i}");
        scan.Find([(UInt128)70_001 << 68]).ShouldBe([]);
    }

    [Fact]
    public async Task Of_a_file_without_prefixes_or_one_that_cannot_be_read_nothing_is_said()
    {
        var whole = await WriteAsync([1]);
        var earlier = (await TableFile.WriteAsync(_folder.Path, Tables.Of(Tables.Units), null, "earlier.parquet", [new UnitRecord { Unit = "u" }])).Path;
        var cut = _folder.File("cut.parquet");
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(whole, TestContext.Current.CancellationToken))[..^9], TestContext.Current.CancellationToken);

        foreach (var file in (string[])[_folder.File(Tables.Units, earlier), cut, _folder.File("none.parquet")])
            new KeyPrefixScan([whole, file]).Find([1]).ShouldBeNull(file);
        new KeyPrefixScan([whole]).Find([]).ShouldBe([]);
    }

    private async Task<string> WriteAsync(UInt128[] keys) =>
        _folder.File(Tables.Rows, (await TableFile.WriteAsync(_folder.Path, Tables.Of(Tables.Rows), null, $"{_files++}.parquet", [.. keys.Select(Record)])).Path);

    private static RowRecord Record(UInt128 key) => new() { RowKey = KnownRowsQuery.Text(key), Caption = "a caption", SourceContent = "s" };
}
