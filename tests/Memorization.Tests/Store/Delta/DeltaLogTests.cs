using System.Text.Json;
using System.Text.Json.Serialization;
using Memorization.Configuration;
using Memorization.Store;
using Microsoft.Extensions.Time.Testing;
using Parquet;
using Parquet.Serialization.Attributes;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store.Delta;

/// <summary>The logs as Delta's protocol asks for them (github.com/delta-io/delta, PROTOCOL.md), action by action.</summary>
public sealed class DeltaLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
    private int _run;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Version_0_says_protocol_and_metadata_once_and_every_line_is_one_action()
    {
        await CommitAsync(Verdicts("a"));
        await CommitAsync(Verdicts("b"));

        var first = Lines(Tables.Verdicts, 0);
        first.ShouldAllBe(line => line.EnumerateObject().Count() == 1);
        first.Select(line => line.EnumerateObject().Single().Name).ShouldBe(["commitInfo", "protocol", "metaData", "add"]);
        Lines(Tables.Verdicts, 1).Select(line => line.EnumerateObject().Single().Name).ShouldBe(["commitInfo", "add"]);
        first[1].GetProperty("protocol").GetRawText().ShouldBe("""{"minReaderVersion":1,"minWriterVersion":2}""");
        Names(Tables.Verdicts).ShouldBe(["00000000000000000000.json", "00000000000000000001.json"]);
    }

    [Fact]
    public async Task The_metadata_describes_the_table_with_the_partition_column_last()
    {
        await CommitAsync(Verdicts("a"));

        var metaData = Lines(Tables.Verdicts, 0)[2].GetProperty("metaData");
        Guid.TryParse(metaData.GetProperty("id").GetString(), out _).ShouldBeTrue();
        metaData.GetProperty("format").GetRawText().ShouldBe("""{"provider":"parquet","options":{}}""");
        metaData.GetProperty("partitionColumns").GetRawText().ShouldBe("""["filter"]""");
        metaData.GetProperty("configuration").GetRawText().ShouldBe("{}");
        metaData.GetProperty("createdTime").GetInt64().ShouldBe(_time.GetUtcNow().ToUnixTimeMilliseconds());
        JsonDocument.Parse(metaData.GetProperty("schemaString").GetString()!).RootElement.GetProperty("fields").EnumerateArray()
            .Select(field => $"{field.GetProperty("name")} {field.GetProperty("type")} {field.GetProperty("nullable")} {field.GetProperty("metadata")}")
            .ShouldBe(["row_key string False {}", "kept boolean False {}", "reason string True {}", "detail string True {}", "filter string True {}"]);
    }

    [Fact]
    public async Task A_column_that_a_later_version_adds_is_said_once_and_the_table_stays_the_same()
    {
        var earlier = new TableDefinition(Tables.Verdicts, typeof(EarlierVerdict), "filter");
        using (var held = await TakeAsync())
            await held.CommitAsync(new TableCommit(earlier, "WRITE", [(await held.WriteAsync(earlier, "f", new[] { new EarlierVerdict { RowKey = "a" } }))!]));
        _time.Advance(TimeSpan.FromDays(1));
        for (var i = 0; i < 2; i++) await CommitAsync(Verdicts($"b{i}"));

        var (first, then) = (Lines(Tables.Verdicts, 0)[2].GetProperty("metaData"), Lines(Tables.Verdicts, 1)[1].GetProperty("metaData"));
        foreach (var same in (string[])["id", "name", "createdTime", "partitionColumns", "format"]) then.GetProperty(same).GetRawText().ShouldBe(first.GetProperty(same).GetRawText());
        (first.GetProperty("schemaString").GetString()!, then.GetProperty("schemaString").GetString()!).ShouldSatisfyAllConditions(
            schemas => schemas.Item1.ShouldNotContain("\"reason\""), schemas => schemas.Item2.ShouldContain("\"reason\""));
        Lines(Tables.Verdicts, 2).Select(line => line.EnumerateObject().Single().Name).ShouldBe(["commitInfo", "add"]);
        (await StoreVerification.RunAsync(_folder.Path)).Findings.ShouldNotContain(finding => finding.Kind == "log");
    }

    [Fact]
    public async Task An_added_file_has_its_path_partition_size_hash_and_statistics()
    {
        await CommitAsync(Verdicts("a", "c", "b"));

        var add = Lines(Tables.Verdicts, 0)[3].GetProperty("add");
        var path = add.GetProperty("path").GetString()!;
        path.ShouldStartWith("filter=f/data-000000-run0");
        add.GetProperty("partitionValues").GetRawText().ShouldBe("""{"filter":"f"}""");
        add.GetProperty("size").GetInt64().ShouldBe(new FileInfo(_folder.File(Tables.Verdicts, path)).Length);
        add.GetProperty("modificationTime").GetInt64().ShouldBe(_time.GetUtcNow().ToUnixTimeMilliseconds());
        add.GetProperty("dataChange").GetBoolean().ShouldBeTrue();
        add.GetProperty("tags").GetProperty("sha256").GetString().ShouldBe(Sha256(_folder.File(Tables.Verdicts, path)));
        add.GetProperty("stats").GetString().ShouldBe("""{"numRecords":3,"minValues":{"row_key":"a"},"maxValues":{"row_key":"c"},"nullCount":{"row_key":0,"reason":3,"detail":3}}""");
    }

    [Fact]
    public async Task Statistics_of_times_are_ISO_8601_and_of_text_that_readers_order_differently_there_are_none()
    {
        using (var held = await TakeAsync())
        {
            var table = Tables.Of(Tables.Images);
            var file = await held.WriteAsync(table, null, new[] { new ImageRecord { RowKey = "k", Url = "http://h/\uFFFD", FetchedAt = _time.GetUtcNow().UtcDateTime, Length = 7 } });
            await held.CommitAsync(new TableCommit(table, "WRITE", [file!]));
        }

        var stats = JsonDocument.Parse(Lines(Tables.Images, 0)[3].GetProperty("add").GetProperty("stats").GetString()!).RootElement;
        stats.GetProperty("minValues").GetProperty("fetched_at").GetString().ShouldBe("2026-01-02T03:04:05.678Z");
        stats.GetProperty("maxValues").GetProperty("length").GetInt64().ShouldBe(7);
        stats.GetProperty("minValues").TryGetProperty("url", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Files_that_are_merged_are_removed_and_added_in_one_commit_that_changes_no_data()
    {
        await CommitAsync(Verdicts("a"));
        await CommitAsync(Verdicts("b"));
        using (var held = await TakeAsync()) await new StoreOptimize(held, _time).RunAsync(default);

        var lines = Lines(Tables.Verdicts, 2);
        lines[0].GetProperty("commitInfo").GetProperty("operation").GetString().ShouldBe("OPTIMIZE");
        lines[0].GetProperty("commitInfo").GetProperty("isBlindAppend").GetBoolean().ShouldBeFalse();
        var removed = lines.Where(line => line.TryGetProperty("remove", out _)).Select(line => line.GetProperty("remove")).ToList();
        removed.Count.ShouldBe(2);
        removed.ShouldAllBe(remove => !remove.GetProperty("dataChange").GetBoolean() && remove.GetProperty("extendedFileMetadata").GetBoolean()
            && remove.GetProperty("deletionTimestamp").GetInt64() == _time.GetUtcNow().ToUnixTimeMilliseconds());
        lines[^1].GetProperty("add").GetProperty("dataChange").GetBoolean().ShouldBeFalse();
        (await StoreTables.ReadAsync(_folder.Path))[Tables.Verdicts].Files.Count.ShouldBe(1);
    }

    [Fact]
    public async Task How_far_an_application_has_come_is_in_the_log_and_outlives_checkpoints()
    {
        for (long version = 0; version <= 12; version++)
        {
            using var held = await TakeAsync();
            var file = await held.WriteAsync(Tables.Of(Tables.Units), null, new[] { new UnitRecord { Unit = "u" } });
            await held.CommitAsync(new TableCommit(Tables.Of(Tables.Units), "WRITE", [file!]) { Transactions = new Dictionary<string, long> { ["f/m:u"] = version } });
        }

        Lines(Tables.Units, 3)[1].GetProperty("txn").GetProperty("appId").GetString().ShouldBe("f/m:u");
        Lines(Tables.Units, 3)[1].GetProperty("txn").GetProperty("version").GetInt64().ShouldBe(3);
        var state = (await StoreTables.ReadAsync(_folder.Path))[Tables.Units];
        (state.TransactionOf("f/m:u"), state.TransactionOf("f/m:other")).ShouldBe((12, -1));
    }

    [Fact]
    public async Task Every_tenth_commit_has_a_checkpoint_from_which_the_same_state_is_read()
    {
        for (var i = 0; i < 23; i++) await CommitAsync(Verdicts($"k{i}"));
        var whole = await StoreTables.ReadAsync(_folder.Path);

        Names(Tables.Verdicts).Where(name => name.EndsWith(".parquet", StringComparison.Ordinal)).ShouldBe(["00000000000000000010.checkpoint.parquet", "00000000000000000020.checkpoint.parquet"]);
        JsonDocument.Parse(File.ReadAllText(_folder.File(Tables.Verdicts, "_delta_log", "_last_checkpoint"))).RootElement.GetRawText().ShouldBe("""{"version":20,"size":23}""");
        for (var i = 0; i < 20; i++) File.Delete(_folder.File(Tables.Verdicts, "_delta_log", $"{i:D20}.json"));
        var fromCheckpoint = await StoreTables.ReadAsync(_folder.Path);

        JsonSerializer.Serialize(fromCheckpoint[Tables.Verdicts].Files.Select(file => (file.Path, file.Size, file.Stats))).ShouldBe(JsonSerializer.Serialize(whole[Tables.Verdicts].Files.Select(file => (file.Path, file.Size, file.Stats))));
        fromCheckpoint[Tables.Verdicts].Files.Select(file => file.Path).ShouldBe(whole[Tables.Verdicts].Files.Select(file => file.Path));
        fromCheckpoint[Tables.Verdicts].Version.ShouldBe(22);
        fromCheckpoint[Tables.Verdicts].MetaData!.Id.ShouldBe(whole[Tables.Verdicts].MetaData!.Id);
    }

    [Fact]
    public async Task A_checkpoint_has_the_protocols_columns()
    {
        for (var i = 0; i < 11; i++) await CommitAsync(Verdicts($"k{i}"));

        await using var reader = await ParquetReader.CreateAsync(_folder.File(Tables.Verdicts, "_delta_log", $"{10:D20}.checkpoint.parquet"));
        var columns = reader.Schema.GetDataFields().Select(field => field.Path.ToString()).ToList();
        columns.ShouldContain("txn/appId");
        columns.ShouldContain("add/partitionValues/key_value/key");
        columns.ShouldContain("metaData/partitionColumns/list/element");
        columns.ShouldContain("metaData/format/options/key_value/value");
        columns.ShouldContain("remove/deletionTimestamp");
        columns.ShouldContain("protocol/minReaderVersion");
        columns.ShouldNotContain(column => column.StartsWith("commitInfo", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_older_version_is_read_as_it_was()
    {
        for (var i = 0; i < 13; i++) await CommitAsync(Verdicts($"k{i}"));

        foreach (var version in (long[])[0, 9, 10, 11])
            (await DeltaLog.ReadAsync(_folder.File(Tables.Verdicts), version)).Files.Count.ShouldBe((int)version + 1);
        (await DeltaLog.ReadAsync(_folder.File(Tables.Verdicts), -1)).Files.ShouldBeEmpty();
        (await Should.ThrowAsync<SetupException>(() => DeltaLog.ReadAsync(_folder.File(Tables.Verdicts), 13))).Message.ShouldContain("lacks version 13");
    }

    [Fact]
    public async Task A_table_for_newer_readers_is_refused()
    {
        await CommitAsync(Verdicts("a"));
        File.WriteAllText(_folder.File(Tables.Verdicts, "_delta_log", $"{1:D20}.json"), """{"protocol":{"minReaderVersion":3,"minWriterVersion":7}}""");

        (await Should.ThrowAsync<SetupException>(() => StoreTables.ReadAsync(_folder.Path))).Message.ShouldContain("asks for Delta reader 3 and writer 7");
    }

    [Fact]
    public void Every_tables_schema_is_as_written_down() => GoldenFile.ShouldMatch(
        string.Join("\n", Tables.All.Select(table =>
            $"{table.Name}{(table.Partition is null ? "" : $", partitioned by {table.Partition} string")}\n"
            + string.Join("\n", table.Columns.Select(column => $"    {column.Name} {column.Delta.Trim('"')}{(column.IsNullable ? "" : " not null")}")))),
        "tests/Memorization.Tests/Store/Delta/schemas.golden.txt");

    private static VerdictRecord[] Verdicts(params string[] keys) => [.. keys.Select(key => new VerdictRecord { RowKey = key, Kept = true })];

    private Task<HeldStore> TakeAsync() => HeldStore.TakeAsync(_folder.Path, $"run{_run++}", _time);

    private async Task CommitAsync(VerdictRecord[] records)
    {
        using var held = await TakeAsync();
        var table = Tables.Of(Tables.Verdicts);
        await held.CommitAsync(new TableCommit(table, "WRITE", [(await held.WriteAsync(table, "f", records))!]));
    }

    private JsonElement[] Lines(string table, int version) =>
        [.. File.ReadAllLines(_folder.File(table, "_delta_log", $"{version:D20}.json")).Select(line => JsonDocument.Parse(line).RootElement)];

    private List<string> Names(string table) =>
        [.. Directory.GetFiles(_folder.File(table, "_delta_log")).Select(path => Path.GetFileName(path)).Where(name => name[0] != '_').Order(StringComparer.Ordinal)];

    private static string Sha256(string path) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));

    private sealed record EarlierVerdict
    {
        [JsonPropertyName("row_key"), ParquetRequired] public string RowKey { get; set; } = "";
        [JsonPropertyName("kept")] public bool Kept { get; set; }
    }
}
