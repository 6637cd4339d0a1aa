using Memorization.Images;
using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Embedding;

/// <summary>A small fixed model without weights: low frequencies of brightness, of colour, of their products and of edges.</summary>
/// <remarks>
/// uint8 (N, 224, 224, 3) → float32 (N, 316), L2-normalised.
/// 1. Luma and the two colour differences on a 32×32 grid, standardised over the image and squashed by tanh: brightness, contrast and saturation
///    drop out, and a black bar counts no more than a shadow.
/// 2. Ten more maps: the six products of two planes and the strength of edges in four directions. Linear low frequencies alone are too few to tell
///    20,000 images apart, and higher ones do not survive a crop; these say more about the image at the same low frequencies.
/// 3. Of each map the DCT's lowest 5×5 frequencies without the first, under a window that counts the border least, where crops and bars change most.
/// 4. Squashed again, so that no single strong frequency makes two images alike. docs/decisions/0003-built-in-model.md has the measurements.
/// </remarks>
internal static class BuiltInModel
{
    public const string Name = ModelOptions.BuiltIn;
    public const string Description =
        "Built-in model without weights: low frequencies of brightness, colour and edges. It finds copies of one image (resized, recompressed, cropped or covered a little), not images that mean the same.";

    /// <summary>Cosine similarity from which two images count as near-identical.</summary>
    public const double Threshold = 0.70;

    private const int Side = ClipPixels.Side;
    private const int Grid = 32;
    private const int Cells = Grid * Grid;
    private const int Frequencies = 5; // per side, of each map
    private const double Slope = 0.7; // amplitudes fall with about the frequency; a little less, because crops harm the higher ones more
    private const double BorderLoss = 0.8; // of the window, at the border; 0 is no window
    private const double PlaneFloor = 8; // grey levels: a plane that varies less than this is not blown up to full contrast
    private const double MapFloor = 0.3; // the same for products and edges of standardised planes
    private const double CoefficientFloor = 0.005; // the same for whole images
    private const double Knee = 2; // coefficients beyond this many root mean squares are squashed
    private const double MeanWeight = 0.6; // of each plane's mean: only images of a single colour are told apart by it
    private const double Anchor = 0.06; // a constant, so that even uniform grey, where all else is 0, has a direction

    // BT.601's luma, blue and red difference.
    private static readonly double[,] Planes =
    {
        { 0.299, 0.587, 0.114 },
        { -0.168736, -0.331264, 0.5 },
        { 0.5, -0.418688, -0.081312 },
    };

    // Differences across two cells: along x, along y, along both diagonals.
    private static readonly float[] EdgeKernels =
    [
        0, 0, 0, -1, 0, 1, 0, 0, 0,
        0, -1, 0, 0, 0, 0, 0, 1, 0,
        -1, 0, 0, 0, 0, 0, 0, 0, 1,
        0, 0, 1, 0, 0, 0, -1, 0, 0,
    ];

    /// <summary>The model as an ONNX file has it; always the same bytes.</summary>
    public static byte[] Graph()
    {
        var graph = new OnnxGraph("built-in");
        var pixels = graph.Input("pixels", ElementType.Uint8, "batch", Side, Side, 3);
        var window = graph.Constant<float>([.. Window().SelectMany(_ => Window(), (y, x) => (float)(y * x))], Cells, 1);

        var rows = graph.MatMul(graph.Constant<float>(Rows(), Grid, Side), graph.Reshape(graph.Cast(pixels, ElementType.Float), 0, Side, Side * 3));
        var cells = graph.Reshape(graph.MatMul(rows, graph.Constant<float>(Columns(), Side * 3, 3 * Grid)), 0, Grid, 3, Grid);
        var planes = graph.Reshape(graph.Transpose(cells, 0, 2, 1, 3), 0, 3, Cells);
        var mean = graph.MatMul(planes, window);

        var standard = Squash(graph, Standardised(graph, planes, mean, window, PlaneFloor));
        var products = graph.Mul(graph.Gather(standard, 1, 0, 0, 0, 1, 1, 2), graph.Gather(standard, 1, 0, 1, 2, 1, 2, 2));
        var luma = graph.Reshape(graph.Gather(standard, 1, 0), 0, 1, Grid, Grid);
        var edges = graph.Node("Conv", [luma, graph.Constant<float>(EdgeKernels, 4, 1, 3, 3)], [OnnxGraph.Attribute("pads", 1, 1, 1, 1)]);
        var more = graph.Concat(1, products, graph.Reshape(graph.Node("Abs", [edges]), 0, 4, Cells));
        var maps = graph.Concat(1, standard, Squash(graph, Standardised(graph, more, graph.MatMul(more, window), window, MapFloor)));

        const int Maps = 13;
        const int Kept = Frequencies * Frequencies - 1;
        var down = graph.MatMul(graph.Constant<float>(Waves(transposed: false), Frequencies, Grid), graph.Reshape(maps, 0, Maps, Grid, Grid));
        var across = graph.MatMul(down, graph.Constant<float>(Waves(transposed: true), Grid, Frequencies));
        var chosen = graph.Gather(graph.Reshape(across, 0, Maps, Frequencies * Frequencies), 2, [.. Enumerable.Range(1, Kept).Select(i => (long)i)]);
        var whitened = graph.Reshape(graph.Mul(chosen, graph.Constant<float>(Whitening(), Kept)), 0, Maps * Kept);
        var power = graph.ReduceMean(graph.Mul(whitened, whitened), 1);
        var scale = graph.Mul(graph.Sqrt(graph.Add(power, Scalar(graph, CoefficientFloor * CoefficientFloor))), Scalar(graph, Knee));
        var colour = graph.Add(
            graph.MatMul(graph.Reshape(mean, 0, 3), graph.Constant<float>(MeanColour(), 3, 4)),
            graph.Constant<float>([(float)(-MeanWeight / 2), 0, 0, (float)Anchor], 4));
        var embedding = graph.Concat(1, Squash(graph, graph.Div(whitened, scale)), colour);
        graph.Output("embedding", graph.Div(embedding, graph.ReduceL2(embedding, 1)), "batch", Maps * Kept + 4);
        return graph.ToBytes();
    }

    private static OnnxValue Squash(OnnxGraph graph, OnnxValue values) => graph.Node("Tanh", [values]);

    private static OnnxValue Scalar(OnnxGraph graph, double value) => graph.Constant<float>([(float)value]);

    // (N, maps, cells) → the same with mean 0 and deviation 1 under the window; less where the deviation is near the floor.
    private static OnnxValue Standardised(OnnxGraph graph, OnnxValue maps, OnnxValue mean, OnnxValue window, double floor)
    {
        var centred = graph.Sub(maps, mean);
        var variance = graph.MatMul(graph.Mul(centred, centred), window);
        return graph.Div(centred, graph.Sqrt(graph.Add(variance, Scalar(graph, floor * floor))));
    }

    // 32×224: the mean of every seven rows.
    private static float[] Rows()
    {
        var matrix = new float[Grid * Side];
        for (var y = 0; y < Side; y++) matrix[y * Grid / Side * Side + y] = (float)Grid / Side;
        return matrix;
    }

    // (224·3)×(3·32): the mean of every seven columns, and from red, green and blue to the three planes.
    private static float[] Columns()
    {
        var matrix = new float[Side * 3 * 3 * Grid];
        for (var x = 0; x < Side; x++)
            for (var channel = 0; channel < 3; channel++)
                for (var plane = 0; plane < 3; plane++)
                    matrix[((x * 3 + channel) * 3 + plane) * Grid + x * Grid / Side] = (float)(Planes[plane, channel] * Grid / Side);
        return matrix;
    }

    // Weights of the cells along one side, which sum to 1.
    private static double[] Window()
    {
        var weights = Enumerable.Range(0, Grid).Select(x => 1 - BorderLoss * Math.Pow(2 * (x + 0.5) / Grid - 1, 4)).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    // Cosines made orthonormal under the window (Gram and Schmidt), times the window: 5×32, or 32×5.
    private static float[] Waves(bool transposed)
    {
        var window = Window();
        var waves = new double[Frequencies][];
        for (var u = 0; u < Frequencies; u++)
        {
            waves[u] = [.. Enumerable.Range(0, Grid).Select(x => Math.Cos(Math.PI * u * (x + 0.5) / Grid))];
            foreach (var earlier in waves.AsSpan(0, u)) Subtract(waves[u], earlier, Product(waves[u], earlier));
            var norm = Math.Sqrt(Product(waves[u], waves[u]));
            for (var x = 0; x < Grid; x++) waves[u][x] /= norm;
        }

        var matrix = new float[Frequencies * Grid];
        for (var u = 0; u < Frequencies; u++)
            for (var x = 0; x < Grid; x++) matrix[transposed ? x * Frequencies + u : u * Grid + x] = (float)(waves[u][x] * window[x]);
        return matrix;

        double Product(double[] a, double[] b) => window.Select((weight, x) => weight * a[x] * b[x]).Sum();

        static void Subtract(double[] from, double[] what, double times)
        {
            for (var x = 0; x < Grid; x++) from[x] -= times * what[x];
        }
    }

    private static float[] Whitening() =>
        [.. Enumerable.Range(1, Frequencies * Frequencies - 1).Select(i => (float)Math.Pow(Math.Pow(i / Frequencies, 2) + Math.Pow(i % Frequencies, 2), Slope / 2))];

    // From the planes' means in grey levels to the last four dimensions; the fourth is the anchor's.
    private static float[] MeanColour()
    {
        var matrix = new float[3 * 4];
        for (var plane = 0; plane < 3; plane++) matrix[plane * 4 + plane] = (float)(MeanWeight / 255);
        return matrix;
    }
}
