using System.Globalization;
using System.Text.Json;
using Memorization.Configuration;
using Memorization.Flow;

namespace Memorization.Store;

/// <summary>A file that a commit adds to a table.</summary>
/// <param name="Table">The table; with its partition where it has one ("embeddings/model=…").</param>
/// <param name="Path">Relative to the store, with forward slashes.</param>
/// <param name="Rows">Rows in the file.</param>
internal sealed record AddedFile(string Table, string Path, long Rows);

/// <summary>A unit of work whose every row has ended, in this commit or an earlier one.</summary>
/// <param name="Unit">The file's content and the row group.</param>
/// <param name="Fingerprint">Filter and model the unit was worked on under.</param>
/// <param name="Rows">Rows in the row group.</param>
/// <param name="Kept">Rows that are stored.</param>
/// <param name="Reasons">Rows that are not, by reason; with <paramref name="Kept"/> they add up to <paramref name="Rows"/>.</param>
public sealed record FinishedUnit(string Unit, string Fingerprint, long Rows, long Kept, IReadOnlyDictionary<Reason, long> Reasons);

/// <summary>What becomes true at once.</summary>
internal sealed record Commit(long Version, DateTimeOffset CommittedAt, string Run, IReadOnlyList<AddedFile> Files, IReadOnlyList<FinishedUnit> Units);

/// <summary>The list of commits: a file that no commit names is not part of the store.</summary>
internal sealed class CommitLog
{
    private readonly string _folder;
    private readonly List<Commit> _commits;

    private CommitLog(string folder, List<Commit> commits)
    {
        _folder = folder;
        _commits = commits;
    }

    /// <summary>The commits, oldest first.</summary>
    public IReadOnlyList<Commit> Commits => _commits;

    /// <summary>The version the next commit gets.</summary>
    public long NextVersion => _commits.Count;

    /// <summary>Reads the log of a store; empty where there is none yet.</summary>
    /// <exception cref="SetupException">A commit is missing or does not parse.</exception>
    public static async Task<CommitLog> ReadAsync(string store)
    {
        var folder = Path.Combine(store, "commits");
        var commits = new List<Commit>();
        if (Directory.Exists(folder))
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
            {
                var commit = await ReadOneAsync(path).ConfigureAwait(false);
                if (commit.Version != commits.Count)
                    throw new SetupException($"the store {store} lacks commit {commits.Count}: found {Path.GetFileName(path)}; restore the folder from a copy");
                commits.Add(commit);
            }
        }

        return new CommitLog(folder, commits);
    }

    /// <summary>Makes a commit true. The caller holds the store's lock.</summary>
    public async Task AppendAsync(Commit commit)
    {
        if (commit.Version != NextVersion) throw new InvalidOperationException($"commit {commit.Version} follows {NextVersion - 1}");
        var name = commit.Version.ToString("D20", CultureInfo.InvariantCulture) + ".json";
        await Durable.WriteJsonAsync(Path.Combine(_folder, name), commit).ConfigureAwait(false);
        _commits.Add(commit);
    }

    private static async Task<Commit> ReadOneAsync(string path)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync<Commit>(stream, StoreJson.Options).ConfigureAwait(false)
                ?? throw new JsonException("the file is empty");
        }
        catch (JsonException exception)
        {
            throw new SetupException($"the commit {path} does not parse: {exception.Message}; restore it from a copy", exception);
        }
    }
}
