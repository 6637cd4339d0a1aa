using Memorization.Replication.Diffusion;

namespace Memorization.Replication;

/// <summary>Makes the images of a number of captions and seeds that a folder does not have yet.</summary>
public sealed class Generation
{
    private readonly GenerationFolder _folder;
    private readonly List<(Probe Probe, uint Seed)> _missing;
    private volatile int _made;

    /// <param name="folder">Where the images go.</param>
    /// <param name="probes">The captions; equal ones count once.</param>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="seeds">How many.</param>
    public Generation(GenerationFolder folder, IReadOnlyList<Probe> probes, uint firstSeed, int seeds)
    {
        ArgumentNullException.ThrowIfNull(folder);
        _folder = folder;
        var wanted = probes.DistinctBy(probe => probe.Id).SelectMany(probe => Enumerable.Range(0, seeds).Select(i => (Probe: probe, Seed: firstSeed + (uint)i))).ToList();
        _missing = [.. wanted.Where(image => !folder.Has(image.Probe, image.Seed))];
        (Wanted, There) = (wanted.Count, wanted.Count - _missing.Count);
        folder.Add(probes);
    }

    /// <summary>Images asked for.</summary>
    public int Wanted { get; }

    /// <summary>Images that were there before.</summary>
    public int There { get; }

    /// <summary>Images made by now.</summary>
    public int Made => _made;

    /// <summary>Makes what is missing, a caption after the other; each image is kept as soon as its batch is made.</summary>
    /// <param name="generate">Makes a batch.</param>
    /// <param name="batch">Images in a batch.</param>
    /// <param name="drain">Ends before the next batch.</param>
    /// <exception cref="Configuration.SetupException">The folder cannot be written.</exception>
    public void Run(Func<IReadOnlyList<DiffusionRequest>, IReadOnlyList<GeneratedImage>> generate, int batch, CancellationToken drain)
    {
        ArgumentNullException.ThrowIfNull(generate);
        foreach (var some in _missing.Chunk(batch))
        {
            if (drain.IsCancellationRequested) return;
            var images = generate([.. some.Select(image => new DiffusionRequest(image.Probe.Caption, image.Seed))]);
            for (var i = 0; i < some.Length; i++)
            {
                _folder.Write(some[i].Probe, some[i].Seed, images[i]);
                _made++;
            }
        }
    }
}
