using System.Text.Json.Serialization;
using Memorization.Configuration;
using Memorization.Store;
using Parquet.Serialization.Attributes;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store.Verify;

public sealed class StoreVerificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(StoredImages.None, 0)]
    [InlineData(StoredImages.Original, 3)]
    public async Task A_store_that_a_run_left_is_sound(StoredImages images, int blobs)
    {
        await SoundStore.WriteAsync(_folder.Path, images: images);

        var verified = await StoreVerification.RunAsync(_folder.Path);

        verified.Findings.ShouldBeEmpty();
        (verified.Checked.Tables, verified.Checked.Snapshots, verified.Checked.Blobs, verified.Checked.Leftovers).ShouldBe((10, 1, blobs, 0)); // the first snapshot logs no family
        verified.Checked.Versions.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task An_absent_store_is_the_user_s_error()
    {
        (await Should.ThrowAsync<SetupException>(() => StoreVerification.RunAsync(_folder.File("none")))).Message.ShouldContain("memorization run");
    }

    [Fact]
    public async Task What_a_killed_run_left_is_counted_and_no_finding()
    {
        await SoundStore.WriteAsync(_folder.Path);
        await File.WriteAllTextAsync(_folder.File("rows", "data-000009-killed.parquet"), "half");
        await File.WriteAllTextAsync(_folder.File("rows", "data-000009-killed.parquet.1-1.tmp"), "half");
        await File.WriteAllTextAsync(_folder.File("blobs", "blobs-000009.tar"), "half");

        var verified = await StoreVerification.RunAsync(_folder.Path);

        verified.Findings.ShouldBeEmpty();
        verified.Checked.Leftovers.ShouldBe(3);
    }

    [Fact]
    public async Task A_store_that_was_killed_between_two_tables_commits_is_sound()
    {
        await SoundStore.WriteAsync(_folder.Path);
        await SoundStore.CommitAsync(_folder.Path, Tables.Rows, null, Row(7));
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty();
        await SoundStore.CommitAsync(_folder.Path, Tables.Verdicts, "f", new VerdictRecord { RowKey = SoundStore.KeyOf(7), Kept = true });
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty();
        await SoundStore.CommitAsync(_folder.Path, Tables.Thumbnails, null, new ThumbnailRecord { ContentId = SoundStore.ContentOf(7), MediaType = "image/jpeg", Image = [1] });
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_first_snapshot_whose_publication_was_cut_off_before_CURRENT_is_no_finding_and_a_later_one_is()
    {
        await SoundStore.WriteAsync(_folder.Path);
        File.Delete(_folder.File("CURRENT"));
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty();

        await File.WriteAllTextAsync(_folder.File("snapshots", "1.json"), (await File.ReadAllTextAsync(_folder.File("snapshots", "0.json"))).Replace("\"number\": 0", "\"number\": 1", StringComparison.Ordinal));
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldHaveSingleItem().Where.ShouldBe(_folder.File("CURRENT"));
    }

    [Fact]
    public async Task Checkpoints_are_the_sum_of_the_commits()
    {
        await ManyAsync();
        var verified = await StoreVerification.RunAsync(_folder.Path);
        verified.Findings.ShouldBeEmpty();
    }

    [Fact]
    public Task A_flipped_byte_of_a_data_file_is_found() => FindsAsync(() => Flip(DataFile("rows")), "SHA-256");

    [Fact]
    public Task A_missing_data_file_is_found() => FindsAsync(() => File.Delete(DataFile("images")), "the file is missing");

    [Fact]
    public Task A_truncated_data_file_is_found() => FindsAsync(() => Truncate(DataFile("verdicts")), "bytes, the log says");

    [Fact]
    public Task A_missing_commit_is_found() => FindsAsync(() => File.Delete(Log("rows", "00000000000000000000.json")), "the commit is missing");

    [Fact]
    public Task A_commit_that_does_not_parse_is_found() => FindsAsync(() => File.AppendAllText(Log("rows", "00000000000000000001.json"), "{"), "does not parse");

    [Fact]
    public Task A_checkpoint_that_cannot_be_read_is_found() => FindsAsync(ManyAsync, () => Truncate(Log("rows", "00000000000000000010.checkpoint.parquet")), "cannot be read");

    [Fact]
    public Task A_checkpoint_that_is_another_table_s_is_found() => FindsAsync(
        async () => { await ManyAsync(); await ManyAsync(Tables.Duplicates, 30); },
        () => File.Copy(Log("duplicates", "00000000000000000010.checkpoint.parquet"), Log("rows", "00000000000000000010.checkpoint.parquet"), overwrite: true),
        "not the sum of the commits");

    [Fact]
    public Task A_snapshot_that_CURRENT_names_and_that_is_not_there_is_found() => FindsAsync(() => File.Delete(_folder.File("snapshots", "0.json")), "CURRENT names snapshot 0");

    [Fact]
    public Task CURRENT_that_names_nothing_is_found() => FindsAsync(() => File.WriteAllText(_folder.File("CURRENT"), "77"), "CURRENT names snapshot 77");

    [Fact]
    public Task A_snapshot_that_does_not_parse_is_found() => FindsAsync(() => File.WriteAllText(_folder.File("snapshots", "0.json"), "{"), "the snapshot cannot be read");

    [Fact]
    public Task A_snapshot_of_a_version_that_is_not_there_is_found() => FindsAsync(
        () => File.WriteAllText(_folder.File("snapshots", "0.json"), File.ReadAllText(_folder.File("snapshots", "0.json")).Replace("\"rows\": 1", "\"rows\": 9", StringComparison.Ordinal)), "lacks version");

    [Fact]
    public Task A_flipped_byte_of_an_image_is_found() => FindsAsync(() => Flip(Directory.GetFiles(_folder.File("blobs")).First(), 513), "are not those of");

    [Fact]
    public Task A_missing_shard_is_found() => FindsAsync(() => File.Delete(Directory.GetFiles(_folder.File("blobs")).First()), "images that do not read back");

    [Fact]
    public Task An_image_without_a_row_is_found() => FindsAsync(() => SoundStore.CommitAsync(
        _folder.Path, Tables.Images, null, new ImageRecord { RowKey = SoundStore.KeyOf(50), Url = "http://host.test/", Outcome = ImageRecord.Rejected, Reason = "NotFound" }), "images are of no row");

    [Fact]
    public Task A_verdict_without_a_row_is_found() =>
        FindsAsync(() => SoundStore.CommitAsync(_folder.Path, Tables.Verdicts, "f", new VerdictRecord { RowKey = SoundStore.KeyOf(50), Kept = true }), "verdicts are of no row");

    [Fact]
    public Task Two_verdicts_of_one_filter_are_found() =>
        FindsAsync(() => SoundStore.CommitAsync(_folder.Path, Tables.Verdicts, "f", new VerdictRecord { RowKey = SoundStore.KeyOf(1), Kept = true }), "two verdicts of one filter");

    [Fact]
    public Task A_duplicate_without_a_row_is_found() => FindsAsync(() => SoundStore.CommitAsync(_folder.Path, Tables.Duplicates, null, Row(50)), "duplicates repeat no row");

    [Fact]
    public Task A_duplicate_where_a_row_stands_is_found() => FindsAsync(() => SoundStore.CommitAsync(_folder.Path, Tables.Duplicates, null, Row(1)), "duplicates stand where a row stands");

    [Fact]
    public Task A_row_that_is_there_twice_is_found() => FindsAsync(() => SoundStore.CommitAsync(_folder.Path, Tables.Rows, null, Row(1)), "row keys stand twice");

    [Fact]
    public Task A_row_key_that_is_another_s_is_found() => FindsAsync(() => SoundStore.CommitAsync(_folder.Path, Tables.Rows, null, Row(50, record => record.Caption += "!")), "not the hash of URL and caption");

    [Fact]
    public async Task A_caption_that_was_no_UTF8_has_a_key_that_cannot_be_computed()
    {
        await SoundStore.WriteAsync(_folder.Path);
        await SoundStore.CommitAsync(_folder.Path, Tables.Rows, null, Row(50, record => record.Caption += "\uFFFD"), Row(51, record => record.Url = "\uFFFD"));
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public Task An_image_without_an_embedding_is_found() => FindsAsync(
        () => SoundStore.ReplaceAsync<EmbeddingRecord>(_folder.Path, Tables.Embeddings, record => record.ContentId != SoundStore.ContentOf(2)), "kept images have no embedding");

    [Theory]
    [InlineData(new[] { 0.5f, 0 }, "not of unit length")]
    [InlineData(new[] { float.NaN, 0 }, "not of unit length or not finite")]
    [InlineData(new[] { 1f, 0, 0 }, "another length than most")]
    public Task A_broken_embedding_is_found(float[] values, string wrong) => FindsAsync(
        () => SoundStore.CommitAsync(_folder.Path, Tables.Embeddings, "m", new EmbeddingRecord { ContentId = SoundStore.ContentOf(50), Embedding = values }), wrong);

    [Fact]
    public Task A_second_embedding_is_found() => FindsAsync(
        () => SoundStore.CommitAsync(_folder.Path, Tables.Embeddings, "m", new EmbeddingRecord { ContentId = SoundStore.ContentOf(1), Embedding = [1, 0] }), "two embeddings of one model");

    [Fact]
    public Task A_family_whose_star_is_gone_is_found() => ReplacedAsync<FamilyRecord>(Tables.Families, record => record.Star != record.ContentId, "stars are not in their family");

    [Fact]
    public Task An_image_that_is_in_no_family_is_found() => ReplacedAsync<FamilyRecord>(Tables.Families, record => record.ContentId != SoundStore.ContentOf(1), "kept images are in no family");

    [Fact]
    public Task A_family_under_another_image_s_name_is_found() =>
        ReplacedAsync<FamilyRecord>(Tables.Families, record => (record.Family = new string('f', 64)).Length > 0, "not named by their smallest image");

    [Fact]
    public Task An_image_in_a_family_that_is_not_kept_is_found() =>
        ReplacedAsync<VerdictRecord>(Tables.Verdicts, record => record.RowKey != SoundStore.KeyOf(1), "images in families are not kept");

    [Fact]
    public Task A_name_with_another_count_is_found() => ReplacedAsync<FamilyNameRecord>(Tables.FamilyNames, record => ++record.Contents > 0, "families and names do not agree");

    [Fact]
    public Task A_link_that_is_gone_is_found() => ReplacedAsync<ForestEdgeRecord>(Tables.Forest, _ => false, "not held together by links");

    [Fact]
    public Task A_link_below_the_store_threshold_is_found() => ReplacedAsync<ForestEdgeRecord>(Tables.Forest, record => (record.Similarity = 0.1) > 0, "weaker than the store threshold");

    [Fact]
    public Task A_link_to_an_unknown_image_is_found() => ReplacedAsync<ForestEdgeRecord>(Tables.Forest, record => (record.A = new string('0', 64)).Length > 0, "links end in no family");

    [Theory]
    [InlineData(null, "units count other rows than are stored")]
    [InlineData("CaptionTooLong", "units count other rows than the filter refused")]
    [InlineData("NotFound", "units count more final failures")]
    public Task A_changed_count_of_a_unit_is_found(string? reason, string wrong) =>
        ReplacedAsync<UnitRecord>(Tables.Units, record => record.Reason != reason || ++record.Rows > 0, wrong);

    [Fact]
    public Task A_key_prefix_of_another_key_is_found() => FindsAsync(
        () => SoundStore.CommitAsync(_folder.Path, Tables.Duplicates, null, new PrefixedRow { RowKey = SoundStore.KeyOf(1), KeyPrefix = Row(1).KeyPrefix!.Value + 1, SourceContent = Row(1).SourceContent }),
        "key prefixes are not how the row keys begin: 1");

    private sealed record PrefixedRow
    {
        [JsonPropertyName("row_key"), ParquetRequired] public string RowKey { get; set; } = "";
        [JsonPropertyName("key_prefix")] public long? KeyPrefix { get; set; }
        [JsonPropertyName("caption"), ParquetRequired] public string Caption { get; set; } = "";
        [JsonPropertyName("source_content"), ParquetRequired] public string SourceContent { get; set; } = "";
        [JsonPropertyName("source_row_group")] public int SourceRowGroup { get; set; }
        [JsonPropertyName("source_row")] public int SourceRow { get; set; }
    }

    private static RowRecord Row(int number, Action<RowRecord>? change = null)
    {
        var row = MadeRows.Row(number);
        var record = new RowRecord
        {
            RowKey = SoundStore.KeyOf(number),
            Url = row.Url,
            Caption = row.Caption,
            SourceContent = MadeRows.Unit.ToString()[..32],
            SourceRowGroup = number > 6 ? 9 : row.Unit.RowGroup,
            SourceRow = row.RowInGroup,
        };
        change?.Invoke(record);
        return record;
    }

    private Task ReplacedAsync<T>(string table, Func<T, bool> change, string wrong)
        where T : class, new() => FindsAsync(() => SoundStore.ReplaceAsync(_folder.Path, table, change), wrong);

    private Task FindsAsync(Action damage, string wrong) => FindsAsync(() => SoundStore.WriteAsync(_folder.Path), damage, wrong);

    private Task FindsAsync(Func<Task> damage, string wrong) => FindsAsync(async () => { await SoundStore.WriteAsync(_folder.Path); await damage(); }, () => { }, wrong);

    private async Task FindsAsync(Func<Task> make, Action damage, string wrong)
    {
        await make();
        damage();
        var findings = (await StoreVerification.RunAsync(_folder.Path)).Findings;
        findings.ShouldContain(finding => finding.Wrong.Contains(wrong, StringComparison.Ordinal), string.Join("; ", findings));
    }

    private Task ManyAsync() => ManyAsync(Tables.Rows, 100);

    private async Task ManyAsync(string table, int first)
    {
        if (!Directory.Exists(_folder.File("rows"))) await SoundStore.WriteAsync(_folder.Path);
        for (var number = first; number < first + 12; number++) await SoundStore.CommitAsync(_folder.Path, table, null, Row(number));
    }

    private string DataFile(string table) => Directory.GetFiles(_folder.File(table), "*.parquet", SearchOption.AllDirectories).Where(path => !path.Contains("_delta_log", StringComparison.Ordinal)).Order(StringComparer.Ordinal).First();

    private string Log(string table, string name) => _folder.File(table, "_delta_log", name);

    private static void Flip(string path, int at = 20)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static void Truncate(string path)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(file.Length - 3);
    }
}
