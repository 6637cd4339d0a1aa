using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Memorization.Configuration;
using Parquet;

namespace Memorization.Store;

/// <summary>Brings a store of the first format, whose commits were in one list for all tables, to this one. No data file is rewritten.</summary>
/// <remarks>What was the list of commits is moved away last: a conversion that was cut off begins again, and goes on where a table has no log yet.</remarks>
internal static class StoreUpgrade
{
    private const string Commits = "commits";
    private const string Done = "commits.upgraded";

    /// <summary>Whether a store is of the first format.</summary>
    public static bool IsNeeded(string store) => Directory.Exists(Path.Combine(store, Commits));

    /// <exception cref="SetupException">The store is of the first format.</exception>
    public static void ThrowIfNeeded(string store)
    {
        if (IsNeeded(store))
            throw new SetupException($"the store {store} is of an earlier format; `memorization store upgrade STUDY` brings it to this one in seconds, and so does the next run");
    }

    /// <summary>Converts a store that this process holds.</summary>
    /// <exception cref="SetupException">The old commits do not parse, or a file that they name is missing.</exception>
    public static async Task RunAsync(string store, string run, TimeProvider time)
    {
        try
        {
            var commits = await ReadAsync(store).ConfigureAwait(false);
            var current = await CurrentAsync(store).ConfigureAwait(false);
            var files = commits.SelectMany(commit => commit["files"]!.AsArray())
                .Concat(((string[])["families", "forest", "names", "log"]).SelectMany(key => current?[key]?.AsArray() ?? []))
                .Select(file => (Table: file!["table"]!.GetValue<string>(), Path: file["path"]!.GetValue<string>()))
                .ToLookup(file => file.Table.Split('/')[0]);
            var tables = await StoreTables.ReadAsync(store, null).ConfigureAwait(false);
            foreach (var table in Tables.All.Where(table => tables[table.Name].Version < 0))
            {
                List<DataFile> added = [];
                foreach (var (_, path) in files[table.Name]) added.Add(await DescribeAsync(store, table, path).ConfigureAwait(false));
                if (table.Name == Tables.Units && await UnitsAsync(store, table, run, commits).ConfigureAwait(false) is { } units) added.Add(units);
                if (added.Count == 0) continue;
                var actions = DeltaActions.Of(new TableCommit(table, "UPGRADE", added), tables[table.Name], store, run, time.GetUtcNow());
                await DeltaLog.AppendAsync(Path.Combine(store, table.Name), tables[table.Name], actions, time.GetUtcNow()).ConfigureAwait(false);
            }

            await PublishAsync(store, current, tables, run).ConfigureAwait(false);
            Directory.Move(Path.Combine(store, Commits), Path.Combine(store, Done));
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException or InvalidOperationException or FormatException or FileNotFoundException)
        {
            throw new SetupException($"the store {store} is of an earlier format and not whole: {exception.Message.ReplaceLineEndings(" ")}; restore it from a copy", exception);
        }
    }

    private static async Task<List<JsonNode>> ReadAsync(string store)
    {
        List<JsonNode> commits = [];
        foreach (var path in Directory.EnumerateFiles(Path.Combine(store, Commits), "*.json").Order(StringComparer.Ordinal))
            commits.Add(JsonNode.Parse(await File.ReadAllTextAsync(path).ConfigureAwait(false)) ?? throw new JsonException($"{path} is null"));
        return commits;
    }

    private static async Task<JsonNode?> CurrentAsync(string store)
    {
        var current = Path.Combine(store, "CURRENT");
        if (!File.Exists(current)) return null;
        var number = (await File.ReadAllTextAsync(current).ConfigureAwait(false)).Trim();
        return JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(store, "snapshots", number + ".json")).ConfigureAwait(false));
    }

    private static async Task<DataFile> DescribeAsync(string store, TableDefinition table, string path)
    {
        var relative = path[(table.Name.Length + 1)..];
        var partition = table.Partition is null ? null : relative.Split('/')[0][(table.Partition.Length + 1)..];
        await using var stream = File.OpenRead(Path.Combine(store, path));
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream).ConfigureAwait(false));
        stream.Position = 0;
        await using var reader = await ParquetReader.CreateAsync(stream).ConfigureAwait(false);
        var (statistics, rows) = FileStatistics.Read(reader, table.Columns);
        return new DataFile(table.Name, relative, partition, rows, stream.Length, hash, statistics);
    }

    private static async Task<DataFile?> UnitsAsync(string store, TableDefinition table, string run, IEnumerable<JsonNode> commits)
    {
        var records = commits.SelectMany(commit => commit["units"]!.AsArray()).SelectMany(unit =>
        {
            var under = unit!["fingerprint"]!.GetValue<string>().Split('/');
            UnitRecord Record(string? reason, long rows) => new() { Unit = unit["unit"]!.GetValue<string>(), Filter = under[0], Model = under[1], Reason = reason, Rows = rows };
            return unit["reasons"]!.AsObject().Select(reason => Record(reason.Key, reason.Value!.GetValue<long>())).Prepend(Record(null, unit["kept"]!.GetValue<long>()));
        }).ToList();
        return records.Count == 0 ? null : await TableFile.WriteAsync(store, table, null, $"{Leftovers.NamePrefix}{0:D6}-{run}.parquet", records).ConfigureAwait(false);
    }

    private static async Task PublishAsync(string store, JsonNode? current, StoreTables tables, string run)
    {
        if (current?["tables"] is not null || current is null) return;
        await new Snapshot(
            current["number"]!.GetValue<long>() + 1,
            tables.Versions,
            current["filter"]!.GetValue<string>(),
            current["model"]!.GetValue<string>(),
            current["threshold"]!.GetValue<double>(),
            current["store_threshold"]!.GetValue<double>(),
            current["next_name"]?.GetValue<long>() ?? 0,
            current["created_at"]!.GetValue<DateTimeOffset>(),
            current["run"]?.GetValue<string>() ?? run).PublishAsync(store).ConfigureAwait(false);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(store, "snapshots"), "*.json"))
            if (JsonNode.Parse(await File.ReadAllTextAsync(path).ConfigureAwait(false))?["tables"] is null) File.Delete(path);
    }
}
