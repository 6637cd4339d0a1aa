using Memorization.Inference;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Embedding;

/// <summary>A small fixed model without weights: low frequencies of brightness and colour at two scales.</summary>
/// <remarks>
/// uint8 (N, 224, 224, 3) → float32 (N, D), L2-normalised. Colour planes, reduction to 32×32 by area and the two-dimensional DCT are linear and
/// separable, so the graph is two matrix products (rows, then columns with colour), a choice of coefficients, a scale for each and the norm.
/// </remarks>
internal static class BuiltInModel
{
    public const string Name = ModelOptions.BuiltIn;
    public const string Description =
        "Built-in model without weights: low frequencies of brightness and colour. It finds copies of one image (resized, recompressed, slightly edited), not images that mean the same.";

    /// <summary>Cosine similarity from which two images count as near-identical.</summary>
    public const double Threshold = 0.94;

    private const int Side = ImageEncoder.Side;

    // All that is worth tuning.
    private const int Reduced = 32;
    private static readonly double[] Scales = [1.0, 0.8]; // parts of the side, centred
    private static readonly int[] Frequencies = [8, 4, 4]; // per side, of each plane
    private static readonly double[] PlaneWeight = [1.0, 1.0, 1.0];
    private const double Slope = 1.2; // amplitudes of photographs fall with about the frequency to this power
    private const double MeanWeight = 0.2; // of each plane's mean: only images of a single colour are told apart by it
    private const double Anchor = 0.02; // a constant, so that even uniform grey, where all else is 0, has a direction

    // BT.601's luma, blue and red difference, each times 1/255.
    private static readonly double[,] Planes =
    {
        { 0.299 / 255, 0.587 / 255, 0.114 / 255 },
        { -0.168736 / 255, -0.331264 / 255, 0.5 / 255 },
        { 0.5 / 255, -0.418688 / 255, -0.081312 / 255 },
    };

    /// <summary>The model as an ONNX file has it; always the same bytes.</summary>
    public static byte[] Graph()
    {
        var most = Frequencies.Max();
        var rows = Scales.Length * most;
        var columns = rows * 3;
        var (places, weights, offsets) = Coefficients(most);

        var graph = new OnnxGraph("built-in");
        var pixels = graph.Input("pixels", ElementType.Uint8, "batch", Side, Side, 3);
        var flat = graph.Reshape(graph.Cast(pixels, ElementType.Float), 0, Side, Side * 3);
        var down = graph.MatMul(graph.Constant<float>(RowMatrix(most), rows, Side), flat);
        var across = graph.MatMul(down, graph.Constant<float>(ColumnMatrix(most), Side * 3, columns));
        var chosen = graph.Gather(graph.Reshape(across, 0, rows * columns), 1, places);
        var standard = graph.Add(graph.Mul(chosen, graph.Constant<float>(weights, weights.Length)), graph.Constant<float>(offsets, offsets.Length));
        graph.Output("embedding", graph.Div(standard, graph.ReduceL2(standard, 1)), "batch", places.Length);
        return graph.ToBytes();
    }

    private static (long[] Places, float[] Weights, float[] Offsets) Coefficients(int most)
    {
        List<long> places = [];
        List<float> weights = [], offsets = [];
        for (var scale = 0; scale < Scales.Length; scale++)
        {
            for (var plane = 0; plane < 3; plane++)
            {
                for (var u = 0; u < Frequencies[plane]; u++)
                {
                    for (var v = 0; v < Frequencies[plane]; v++)
                    {
                        if (u + v > 0) Add(scale, plane, u, v, PlaneWeight[plane] * Math.Pow(u * u + v * v, Slope / 2), 0);
                    }
                }
            }
        }

        // The mean of an orthonormal DCT's plane is its first coefficient over the side; luma's is centred at middle grey.
        for (var plane = 0; plane < 3; plane++) Add(0, plane, 0, 0, MeanWeight, plane == 0 ? -0.5 * MeanWeight * Reduced : 0);
        Add(0, 0, 0, 0, 0, Anchor * Reduced);
        return ([.. places], [.. weights], [.. offsets]);

        void Add(int scale, int plane, int u, int v, double weight, double offset)
        {
            places.Add((scale * most + u) * Scales.Length * most * 3 + (scale * most + v) * 3 + plane);
            weights.Add((float)weight);
            offsets.Add((float)offset);
        }
    }

    // (scales·frequencies) × 224: reduces the rows of the image by area and takes their DCT.
    private static float[] RowMatrix(int most)
    {
        var matrix = new float[Scales.Length * most * Side];
        for (var row = 0; row < Scales.Length * most; row++)
            for (var y = 0; y < Side; y++) matrix[row * Side + y] = (float)Element(Scales[row / most], row % most, y);
        return matrix;
    }

    // (224·3) × (scales·frequencies·3): the same for columns, and from red, green and blue to the three planes.
    private static float[] ColumnMatrix(int most)
    {
        var columns = Scales.Length * most * 3;
        var matrix = new float[Side * 3 * columns];
        for (var x = 0; x < Side; x++)
            for (var channel = 0; channel < 3; channel++)
                for (var column = 0; column < columns; column++)
                    matrix[(x * 3 + channel) * columns + column] = (float)(Element(Scales[column / 3 / most], column / 3 % most, x) * Planes[column % 3, channel]);
        return matrix;
    }

    // How much pixel x counts in DCT coefficient u of the centred part `scale`, reduced by area: orthonormal DCT-II times box filter.
    private static double Element(double scale, int u, int x)
    {
        double start = Side * (1 - scale) / 2, cell = Side * scale / Reduced, sum = 0;
        for (var i = 0; i < Reduced; i++)
        {
            var overlap = Math.Min(x + 1, start + (i + 1) * cell) - Math.Max(x, start + i * cell);
            if (overlap > 0) sum += overlap / cell * Math.Cos(Math.PI * (2 * i + 1) * u / (2 * Reduced));
        }

        return sum * Math.Sqrt((u == 0 ? 1.0 : 2.0) / Reduced);
    }
}
