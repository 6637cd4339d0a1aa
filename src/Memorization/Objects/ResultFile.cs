using System.Text.Json;
using Memorization.Analysis;
using Memorization.Store;

namespace Memorization.Objects;

/// <summary>The result of an object in the store's folder objects/NAME, for the report; it stays until the next one.</summary>
internal static class ResultFile
{
    /// <summary>The folder of a store with a folder for each object.</summary>
    public const string Folder = "objects";

    private const string Name = "result.json";

    /// <summary>The folder of an object.</summary>
    public static string FolderOf(string store, string name) => Path.Combine(store, Folder, name);

    /// <summary>Keeps a result.</summary>
    /// <exception cref="Configuration.SetupException">The folder cannot be written.</exception>
    public static Task WriteAsync(string store, ObjectResult result) => Durable.WriteAsync(
        Path.Combine(FolderOf(store, result.Name), Name), stream => JsonSerializer.SerializeAsync(stream, new Kept(result, result.Gallery), JsonOutput.Indented));

    /// <summary>The results of a study's objects, as they are defined now, that were made from a snapshot.</summary>
    public static async Task<IReadOnlyList<ObjectResult>> ReadAsync(string store, IReadOnlyList<ObjectOptions> objects, long snapshot)
    {
        List<ObjectResult> results = [];
        foreach (var options in objects)
        {
            var path = Path.Combine(FolderOf(store, options.Name), Name);
            if (!File.Exists(path)) continue;
            try
            {
                await using var stream = File.OpenRead(path);
                if (await JsonSerializer.DeserializeAsync<Kept>(stream, JsonOutput.Indented).ConfigureAwait(false) is { } kept && kept.Result.Snapshot == snapshot && Same(kept.Result.Options, options))
                    results.Add(kept.Result with { Gallery = kept.Gallery });
            }
            catch (JsonException)
            {
                // Of another version, or changed by somebody: as if it were not there; `objects` writes it anew.
            }
        }

        return results;
    }

    private static bool Same(ObjectOptions one, ObjectOptions other) => Fingerprint.Of(one) == Fingerprint.Of(other);

    private sealed record Kept(ObjectResult Result, IReadOnlyList<GalleryPicture> Gallery);
}
