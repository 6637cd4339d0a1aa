using Memorization.Captions;
using Memorization.Clip;
using Memorization.Store;

namespace Memorization.Replication.Probing;

/// <summary>Finds the training caption that is nearest to each probe.</summary>
/// <remarks>
/// By words all captions of the study are looked through (Jaccard: shared words among all words of both). With a text tower the hundred nearest by words are
/// compared again, by the cosine of their embeddings: embedding every caption of a study would take days on a CPU.
/// </remarks>
internal static class NearestCaptions
{
    private const int Candidates = 100;

    /// <summary>The probes with their nearest caption, and its cosine if there is a text tower; without one shared word there is none.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="probes">The probes.</param>
    /// <param name="encoder">The model's text tower; null without one.</param>
    public static IReadOnlyList<Probe> Add(StoreDatabase database, IReadOnlyList<Probe> probes, TextEncoder? encoder)
    {
        var words = probes.Select(probe => CaptionWords.Of(probe.Caption).ToHashSet()).ToList();
        var byWord = words.SelectMany((all, probe) => all.Select(word => (word, probe))).ToLookup(pair => pair.word, pair => pair.probe);
        var nearest = probes.Select(_ => new PriorityQueue<string, (double Likeness, string Caption)>(ByLikeness)).ToList();
        var keep = encoder is null ? 1 : Candidates;
        database.ForEach("SELECT DISTINCT caption FROM study", reader =>
        {
            var caption = reader.GetString(0);
            var has = CaptionWords.Of(caption).ToHashSet();
            foreach (var (probe, shared) in has.SelectMany(word => byWord[word]).CountBy(probe => probe))
            {
                nearest[probe].Enqueue(caption, (shared / (double)(has.Count + words[probe].Count - shared), caption));
                if (nearest[probe].Count > keep) nearest[probe].Dequeue();
            }
        });
        return [.. probes.Select((probe, i) => Nearest(probe, [.. nearest[i].UnorderedItems.OrderByDescending(item => item.Priority, ByLikeness).Select(item => item.Element)], encoder))];
    }

    // Of equally near captions the one that comes first in the alphabet is the nearer.
    private static readonly Comparer<(double Likeness, string Caption)> ByLikeness = Comparer<(double Likeness, string Caption)>.Create((a, b) =>
        a.Likeness != b.Likeness ? a.Likeness.CompareTo(b.Likeness) : string.CompareOrdinal(b.Caption, a.Caption));

    private static Probe Nearest(Probe probe, IReadOnlyList<string> captions, TextEncoder? encoder)
    {
        if (encoder is null || captions.Count == 0) return probe with { NearestCaption = captions.Count > 0 ? captions[0] : null };
        var embeddings = encoder.Embed([probe.Caption, .. captions]);
        if (embeddings[0] is not { } own) return probe with { NearestCaption = captions[0] };
        var best = captions.Select((caption, i) => (Caption: caption, Cosine: embeddings[i + 1] is { } other ? own.Zip(other, (a, b) => (double)a * b).Sum() : double.NegativeInfinity))
            .MaxBy(caption => caption.Cosine);
        return probe with { NearestCaption = best.Caption, Cosine = double.IsFinite(best.Cosine) ? best.Cosine : null };
    }
}
