using Memorization.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Memorization.Clustering;

/// <summary>All vectors as unit rows of float16 in the memory of GPUs, in blocks; filters made from it leave there what cannot be linked.</summary>
/// <remarks>
/// Let x̂ be a row and e = |x̂ − x/|x||, of which the largest is computed. Then x·y/(|x|·|y|) ≤ x̂·ŷ + 2e + e². A product of d terms on a tensor core is summed
/// in float32, possibly with every addition cut off instead of rounded: off by at most d·2⁻²², with a factor of two to spare; rounding it to float16 moves
/// it by at most 2⁻¹¹, its length being at most (1 + e)². The bound is tried on the device before it is relied upon, and held against float64
/// at every pair that is proposed.
/// </remarks>
internal sealed class DeviceRows : IFilterSource, IDisposable
{
    /// <summary>Pairs from which a device is worth its preparation, of some seconds.</summary>
    public const long LeastPairs = 1L << 31;

    private const int RunsOnCard = 4; // at once; each needs 300 MB beside the vectors
    private const int Tried = 1024;
    private const float TriedFrom = 1f / 64;

    private readonly DistinctVectors _vectors;
    private readonly PairScreen[] _screens;
    private readonly OrtValue[][] _blocks; // by device
    private double _error;
    private int _created;

    private DeviceRows(DistinctVectors vectors, PairScreen[] screens, int blockRows)
    {
        (_vectors, _screens, BlockRows) = (vectors, screens, blockRows);
        var count = (vectors.Count + blockRows - 1) / blockRows;
        _blocks = Array.ConvertAll(screens, _ => new OrtValue[count]);
    }

    /// <summary>Rows of a block: a tile is the product of two blocks.</summary>
    public int BlockRows { get; }

    /// <inheritdoc/>
    int? IFilterSource.TileSize => BlockRows;

    /// <summary>By how much a similarity can pass the product.</summary>
    public double Slack => (2 + _error) * _error + _vectors.Width * Math.ScaleB(1, -22) + Math.ScaleB(1, -11);

    /// <summary>Brings the vectors to the devices.</summary>
    /// <param name="vectors">The vectors; nobody may add or remove any before this is disposed.</param>
    /// <param name="devices">The devices.</param>
    /// <param name="blockRows">Rows of a block; changes nothing but time and memory.</param>
    /// <exception cref="NotSupportedException">A device is not there, or its products are not what they must be; the message says so.</exception>
    public static DeviceRows Load(DistinctVectors vectors, IReadOnlyList<OnnxDevice> devices, int blockRows = PairTiles.PieceSide)
    {
        List<PairScreen> screens = [];
        DeviceRows? rows = null;
        try
        {
            foreach (var device in devices) screens.Add(PairScreen.Load(device, blockRows));
            rows = new DeviceRows(vectors, [.. screens], blockRows);
            rows.Fill();
            foreach (var (screen, device) in screens.Zip(devices))
                if (!rows.IsTrue(screen)) throw new NotSupportedException($"device {device}: its products are further from the true ones than they can be; update its driver, or use another device");
            return rows;
        }
        catch (AggregateException wrong) when (wrong.InnerExceptions[0] is OnnxRuntimeException problem)
        {
            rows!.Dispose();
            throw new NotSupportedException($"the {vectors.Count} vectors cannot be brought to {string.Join(", ", devices)}: {problem.Message.ReplaceLineEndings(" ")}", wrong);
        }
        catch
        {
            if (rows is null) screens.ForEach(screen => screen.Dispose());
            else rows.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Workers(int parallelism) => RunsOnCard * _screens.Length;

    /// <inheritdoc/>
    public IPairFilter CreateFilter(double threshold, int tileSize)
    {
        var device = (Interlocked.Increment(ref _created) - 1) % _screens.Length;
        return new DeviceFilter(this, _screens[device], _blocks[device], threshold);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var block in _blocks.SelectMany(blocks => blocks)) block?.Dispose();
        foreach (var screen in _screens) screen.Dispose();
    }

    private void Fill()
    {
        Parallel.For(0, _blocks[0].Length, block =>
        {
            var first = block * BlockRows;
            var values = new Half[BlockRows * _vectors.Width]; // the last block is filled up with zeros, which reach no threshold
            var error = Load([.. Enumerable.Range(first, Math.Min(BlockRows, _vectors.Count - first))], values);
            lock (_blocks) _error = Math.Max(_error, error);
            for (var device = 0; device < _screens.Length; device++) _blocks[device][block] = _screens[device].Upload(values, _vectors.Width);
        });
    }

    // The largest error of some rows.
    private double Load(int[] nodes, Half[] rows)
    {
        var most = 0.0;
        for (var i = 0; i < nodes.Length; i++)
            most = Math.Max(most, Cosine.ToUnit(_vectors[nodes[i]], 1 / Math.Sqrt(_vectors.SquaredNorm(nodes[i])), rows.AsSpan(i * _vectors.Width, _vectors.Width)));
        return most;
    }

    // Whether all products of a sample lie where they must, in a run of the same shape as all others.
    private bool IsTrue(PairScreen screen)
    {
        var count = Math.Min(Math.Min(Tried, BlockRows), _vectors.Count);
        int[] nodes = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * _vectors.Count / count))];
        var rows = new Half[BlockRows * _vectors.Width];
        Load(nodes, rows);
        using var block = screen.Upload(rows, _vectors.Width);
        var products = new double[count * count];
        screen.Run(block, block, (Half)TriedFrom, (u, v, product) => products[u * count + v] = (double)product);
        var isTrue = true;
        Parallel.For(0, count, u =>
        {
            for (var v = 0; v <= u; v++)
            {
                var similarity = _vectors.Similarity(nodes[u], nodes[v]);
                var product = products[u * count + v];
                if (product == 0 ? similarity > TriedFrom + Slack : Math.Abs(product - similarity) > Slack) isTrue = false;
            }
        });
        return isTrue;
    }
}

/// <summary>Proposes pairs by products on a device.</summary>
internal sealed class DeviceFilter(DeviceRows source, PairScreen screen, OrtValue[] blocks, double threshold) : IPairFilter
{
    private readonly Half _least = Half.BitDecrement((Half)(threshold - source.Slack));

    /// <inheritdoc/>
    public void Propose(Tile tile, List<Candidate> candidates)
    {
        candidates.Clear();
        var side = source.BlockRows;
        screen.Run(blocks[tile.Row / side], blocks[tile.Column / side], _least, (row, column, product) =>
        {
            var (u, v) = (tile.Row + row, tile.Column + column);
            if (v < u && u < tile.Row + tile.Rows) candidates.Add(new Candidate(u, v, (double)product + source.Slack));
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
