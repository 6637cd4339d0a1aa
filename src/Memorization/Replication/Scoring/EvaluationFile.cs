using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Replication.Scoring;

/// <summary>The newest evaluation in the store's folder replication, for the report; it stays until the next one.</summary>
public static class EvaluationFile
{
    private const string Folder = "replication";
    private const string Name = "evaluation.json";

    /// <summary>Keeps an evaluation, without its single images; the store must be held.</summary>
    /// <exception cref="SetupException">The folder cannot be written.</exception>
    public static Task WriteAsync(string store, Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return Durable.WriteAsync(PathIn(store), stream => JsonSerializer.SerializeAsync(stream, new Kept(evaluation, evaluation.Pairs), JsonOutput.Indented));
    }

    /// <summary>The evaluation if it was made against a snapshot; null if there is none.</summary>
    public static async Task<Evaluation?> ReadAsync(string store, long snapshot)
    {
        if (!File.Exists(PathIn(store))) return null;
        try
        {
            await using var stream = File.OpenRead(PathIn(store));
            var kept = await JsonSerializer.DeserializeAsync<Kept>(stream, JsonOutput.Indented).ConfigureAwait(false);
            return kept?.Evaluation.Snapshot == snapshot ? kept.Evaluation with { Pairs = kept.Pairs } : null;
        }
        catch (JsonException)
        {
            return null; // of another version, or changed by somebody: `evaluate` writes it anew
        }
    }

    private static string PathIn(string store) => Path.Combine(store, Folder, Name);

    private sealed record Kept(Evaluation Evaluation, IReadOnlyList<ReplicationPair> Pairs);
}
