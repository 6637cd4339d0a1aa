using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Memorization.Configuration;
using Parquet.Serialization;

namespace Memorization.Store;

/// <summary>The log of one Delta Lake table: a folder of numbered commits, each of which becomes true at once and only once.</summary>
internal static class DeltaLog
{
    /// <summary>Commits between two checkpoints.</summary>
    public const int CheckpointInterval = 10;

    /// <summary>The log's folder in the table's.</summary>
    public const string Folder = "_delta_log";

    private const string LastCheckpoint = "_last_checkpoint";
    private const string CheckpointSuffix = ".checkpoint.parquet";

    private static readonly JsonTypeInfo<DeltaAction> Json = new DeltaJson(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // no page shows it, and people read it
    }).DeltaAction;

    /// <summary>Reads a table's log up to a version: from the newest checkpoint before it, then commit by commit.</summary>
    /// <param name="table">The table's folder.</param>
    /// <param name="version">The last version that counts; null for all there are. −1 is the empty table.</param>
    /// <exception cref="SetupException">A commit is missing or does not parse, or the table asks for a newer reader.</exception>
    public static async Task<DeltaState> ReadAsync(string table, long? version = null)
    {
        var state = new DeltaState();
        var log = Path.Combine(table, Folder);
        if (version < 0 || !Directory.Exists(log))
            return version is null or < 0 ? state : throw Lacks(table, version.Value);
        var (commits, checkpoints) = List(log);
        var last = version ?? Math.Max(commits.LastOrDefault(-1), checkpoints.LastOrDefault(-1));
        if (checkpoints.LastOrDefault(number => number <= last, -1) is >= 0 and var checkpoint)
        {
            foreach (var action in await ReadCheckpointAsync(CheckpointPath(log, checkpoint)).ConfigureAwait(false)) state.Apply(action);
            state.Version = checkpoint;
        }

        var known = commits.ToHashSet();
        while (state.Version < last)
        {
            if (!known.Contains(state.Version + 1)) throw Lacks(table, state.Version + 1);
            foreach (var action in await ReadCommitAsync(CommitPath(log, state.Version + 1)).ConfigureAwait(false)) state.Apply(action);
            state.Version++;
        }

        if (state.Protocol is { } protocol && (protocol.MinReaderVersion > 1 || protocol.MinWriterVersion > 2))
            throw new SetupException($"the table {table} asks for Delta reader {protocol.MinReaderVersion} and writer {protocol.MinWriterVersion}; this version reads 1 and writes 2: use the version that wrote it");
        return state;
    }

    /// <summary>Makes the actions the table's next version, and the state part of it; of two processes that try, one fails.</summary>
    /// <param name="table">The table's folder.</param>
    /// <param name="state">All that is committed; the version after it is written.</param>
    /// <param name="actions">What becomes true.</param>
    /// <param name="now">The time of the commit.</param>
    /// <exception cref="StoreLostException">Another process has written that version.</exception>
    /// <exception cref="SetupException">The folder cannot be written.</exception>
    public static async Task AppendAsync(string table, DeltaState state, IReadOnlyList<DeltaAction> actions, DateTimeOffset now)
    {
        var log = Path.Combine(table, Folder);
        var version = state.Version + 1;
        var isNew = await Durable.TryWriteNewAsync(CommitPath(log, version), async stream =>
        {
            foreach (var action in actions)
            {
                await JsonSerializer.SerializeAsync(stream, action, Json).ConfigureAwait(false);
                stream.WriteByte((byte)'\n');
            }
        }).ConfigureAwait(false);
        if (!isNew) throw new StoreLostException($"another process has written version {version} of {table}; what this one had not committed is not stored: run it again");
        foreach (var action in actions) state.Apply(action);
        state.Version = version;
        if (version > 0 && version % CheckpointInterval == 0) await WriteCheckpointAsync(log, state, now).ConfigureAwait(false);
    }

    /// <summary>Removes commits that the newest checkpoint at or before a version makes superfluous, and older checkpoints.</summary>
    /// <param name="table">The table's folder.</param>
    /// <param name="oldest">The oldest version that still has to be readable.</param>
    /// <param name="delete">False to only say what would be removed.</param>
    /// <returns>Paths of what was removed, or would be.</returns>
    public static IReadOnlyList<string> Expire(string table, long oldest, bool delete)
    {
        var log = Path.Combine(table, Folder);
        if (!Directory.Exists(log)) return [];
        var (commits, checkpoints) = List(log);
        var from = checkpoints.LastOrDefault(number => number <= oldest, -1);
        // The checkpoints first: from the oldest that is left every commit is there, wherever this is cut off.
        List<string> paths =
        [
            .. checkpoints.Where(number => number < from).Select(number => CheckpointPath(log, number)),
            .. commits.Where(number => number < from).Select(number => CommitPath(log, number)),
        ];
        if (delete) paths.ForEach(File.Delete);
        return paths;
    }

    /// <summary>Whether a file is part of a log, not of a table.</summary>
    public static bool IsPartOf(string path) => Path.GetFileName(Path.GetDirectoryName(path)) == Folder;

    private static async Task WriteCheckpointAsync(string log, DeltaState state, DateTimeOffset now)
    {
        var actions = state.Actions(now).ToList();
        await Durable.WriteAsync(CheckpointPath(log, state.Version), stream => ParquetSerializer.SerializeAsync(actions, stream)).ConfigureAwait(false);
        await Durable.WriteAsync(Path.Combine(log, LastCheckpoint), stream => JsonSerializer.SerializeAsync(stream, new { version = state.Version, size = actions.Count })).ConfigureAwait(false);
    }

    internal static (List<long> Commits, List<long> Checkpoints) List(string log)
    {
        List<long> commits = [], checkpoints = [];
        foreach (var path in Directory.EnumerateFiles(log))
        {
            var name = Path.GetFileName(path);
            if (name.EndsWith(CheckpointSuffix, StringComparison.Ordinal) && TryNumber(name[..^CheckpointSuffix.Length], out var checkpoint)) checkpoints.Add(checkpoint);
            else if (name.EndsWith(".json", StringComparison.Ordinal) && TryNumber(name[..^5], out var commit)) commits.Add(commit);
        }

        commits.Sort();
        checkpoints.Sort();
        return (commits, checkpoints);
    }

    private static bool TryNumber(string text, out long number)
    {
        number = -1;
        return text.Length == 20 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    internal static async Task<List<DeltaAction>> ReadCommitAsync(string path)
    {
        try
        {
            var actions = new List<DeltaAction>();
            await foreach (var line in File.ReadLinesAsync(path).ConfigureAwait(false))
                if (line.Length > 0) actions.Add(JsonSerializer.Deserialize(line, Json) ?? throw new JsonException("a line is null"));
            return actions;
        }
        catch (JsonException exception)
        {
            throw new SetupException($"the commit {path} does not parse: {exception.Message.ReplaceLineEndings(" ")}; restore it from a copy", exception);
        }
    }

    internal static async Task<IEnumerable<DeltaAction>> ReadCheckpointAsync(string path)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return (await ParquetSerializer.DeserializeAsync<DeltaAction>(stream).ConfigureAwait(false)).Data;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Parquet.Net says many things of broken files.
            throw new SetupException($"the checkpoint {path} cannot be read: {exception.Message.ReplaceLineEndings(" ")}; restore it from a copy, or delete it if the commits before it are all there", exception);
        }
    }

    private static SetupException Lacks(string table, long version) =>
        new($"the table {table} lacks version {version}; restore the folder from a copy");

    internal static string CommitPath(string log, long version) => Path.Combine(log, version.ToString("D20", CultureInfo.InvariantCulture) + ".json");

    internal static string CheckpointPath(string log, long version) => Path.Combine(log, version.ToString("D20", CultureInfo.InvariantCulture) + CheckpointSuffix);
}

/// <summary>Reads and writes actions with code that the compiler made: to make it at run time costs every run 0.1 s.</summary>
[JsonSerializable(typeof(DeltaAction))]
internal sealed partial class DeltaJson : JsonSerializerContext;
