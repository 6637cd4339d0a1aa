using Memorization.Clip;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Store;

namespace Memorization.Replication.Probing;

/// <summary>What a study's model is asked, to see which families it gives back.</summary>
public static class Probes
{
    /// <summary>The most probes of one kind for a family.</summary>
    public const int MostOfAKind = ProbeTemplates.MostOfAKind;

    /// <summary>Makes the probes of the largest families, each with its nearest training caption.</summary>
    /// <param name="database">The store, opened at a snapshot.</param>
    /// <param name="keywords">The study's keywords.</param>
    /// <param name="families">How many families.</param>
    /// <param name="each">Probes of a kind for a family.</param>
    /// <param name="objects">Keywords that are to be named without the object that their images show.</param>
    /// <param name="model">The study's model: its text tower, if it has one, says which caption is nearest.</param>
    /// <param name="writer">A language model that writes captions; null has them made by templates alone.</param>
    /// <param name="stop">Stops between two families.</param>
    /// <exception cref="SetupException">There is no family whose captions have words.</exception>
    /// <exception cref="InvalidDataException">The model's text tower cannot be used.</exception>
    public static async Task<IReadOnlyList<Probe>> MakeAsync(
        StoreDatabase database, IReadOnlyList<string> keywords, int families, int each, IReadOnlyList<string> objects, ModelOptions model, ProbeWriter? writer = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(model);
        database.KeepStudy();
        var largest = ProbeFamily.Largest(database, families, keywords);
        if (largest.Count == 0) throw new SetupException("the study has no family whose captions have words; run `memorization run STUDY` first");
        List<Probe> probes = [];
        for (var rank = 0; rank < largest.Count; rank++)
            probes.AddRange(Filled(ProbeTemplates.Of(largest[rank], rank, each), writer is null ? [] : await writer.WriteAsync(largest[rank], each, stop).ConfigureAwait(false), each));
        using var encoder = TextTower(model);
        return NearestCaptions.Add(database, [.. probes.Concat(objects.SelectMany(keyword => ProbeTemplates.OfObject(keyword, each))).Distinct()], encoder);
    }

    // Written captions go first in their kind, made ones fill it up; of controls all are taken.
    private static IEnumerable<Probe> Filled(IEnumerable<Probe> made, IReadOnlyList<Probe> written, int each) => made.GroupBy(probe => probe.Kind).SelectMany(kind =>
    {
        var own = written.Where(probe => probe.Kind == kind.Key);
        return kind.Key is "keywords" or "control" ? kind.Concat(own) : own.Concat(kind).Take(each);
    });

    private static TextEncoder? TextTower(ModelOptions model)
    {
        if (model.Path is not { } path || !Directory.Exists(path)) return null;
        if (ClipFolder.HasWeights(path))
        {
            using var clip = new ClipFolder(path);
            return clip.HasText ? TextEncoder.Open(model) : null;
        }

        return ClipFolder.HasExport(path, "text_model.onnx") ? TextEncoder.Open(model) : null;
    }
}
