using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Inference;

/// <summary>On a device: which rows of two float16 matrices have a product that reaches a bound. Only those leave it.</summary>
/// <remarks>
/// Products are summed in float32 and rounded to float16. To find the few that count, it first looks through the largest of each eight of them,
/// one from each eighth of the columns: looking through all would take four times as long as multiplying. Matrices stay in the device's memory for any number of runs. Thread-safe; runs at once pass their copies under each other's arithmetic.
/// </remarks>
internal sealed class PairScreen : IDisposable
{
    private const int MostParts = 8; // that the runtime takes the largest of in one go

    private static readonly string[] Inputs = ["A", "B", "Least"];
    private static readonly string[] Outputs = ["Groups", "Places", "Products"];
    private static readonly byte[] Copy = BuildCopy();

    private readonly OnnxSession _screen;
    private readonly OnnxSession _copy;
    private readonly int _rows;
    private readonly int _parts;

    private PairScreen(OnnxSession screen, OnnxSession copy, int rows, int parts) => (_screen, _copy, _rows, _parts) = (screen, copy, rows, parts);

    /// <summary>Loads what runs on <paramref name="device"/>.</summary>
    /// <param name="device">The device.</param>
    /// <param name="rows">Rows of every matrix.</param>
    /// <exception cref="NotSupportedException">The device is not there; the message says what to do.</exception>
    public static PairScreen Load(OnnxDevice device, int rows)
    {
        var parts = Math.Min(MostParts, rows & -rows);
        var screen = OnnxSession.FromBytes(BuildScreen(rows, parts), "screen", 1, device);
        try
        {
            return new PairScreen(screen, OnnxSession.FromBytes(Copy, "copy", 1, device), rows, parts);
        }
        catch
        {
            screen.Dispose();
            throw;
        }
    }

    /// <summary>Copies a matrix to the device; to be disposed before this.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="width">Length of a row.</param>
    public OrtValue Upload(Half[] values, int width)
    {
        long[] dims = [values.Length / width, width];
        var there = _copy.AllocateThere(TensorElementType.Float16, dims);
        var pinned = GCHandle.Alloc(values, GCHandleType.Pinned);
        try
        {
            using var here = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float16, dims, pinned.AddrOfPinnedObject(), values.Length * sizeof(short));
            _copy.Run(["X"], [here], ["Y"], [there]);
            return there;
        }
        catch
        {
            there.Dispose();
            throw;
        }
        finally
        {
            pinned.Free();
        }
    }

    /// <summary>Finds the products of a row of <paramref name="a"/> and one of <paramref name="b"/> that are at least <paramref name="least"/>.</summary>
    /// <param name="a">What <see cref="Upload"/> gave.</param>
    /// <param name="b">What <see cref="Upload"/> gave.</param>
    /// <param name="least">The bound.</param>
    /// <param name="found">Called for each with its rows of <paramref name="a"/> and <paramref name="b"/>, and the product.</param>
    public void Run(OrtValue a, OrtValue b, Half least, Action<int, int, Half> found)
    {
        using var bound = OrtValue.CreateTensorValueFromMemory(MemoryMarshal.Cast<Half, Float16>([least]).ToArray(), [1]);
        using var outputs = _screen.Run(Inputs, [a, b, bound], Outputs);
        ReadOnlySpan<int> groups = outputs[0].GetTensorDataAsSpan<int>(), places = outputs[1].GetTensorDataAsSpan<int>();
        var products = MemoryMarshal.Cast<Float16, Half>(outputs[2].GetTensorDataAsSpan<Float16>());
        var columns = _rows / _parts;
        for (var i = 0; i < places.Length; i++)
        {
            var (part, group) = (places[i] / groups.Length, groups[places[i] % groups.Length]);
            found(group / columns, part * columns + group % columns, products[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _copy.Dispose();
        _screen.Dispose();
    }

    private static byte[] BuildScreen(int rows, int parts)
    {
        var graph = new OnnxGraph("screen");
        var a = graph.Input("A", ElementType.Float16, rows, "width");
        var b = graph.Input("B", ElementType.Float16, rows, "width");
        var least = graph.Input("Least", ElementType.Float16, 1);
        var columns = rows / parts;
        OnnxValue[] products = [.. Enumerable.Range(0, parts)
            .Select(part => graph.Slice(b, 0, part * columns, (part + 1) * columns))
            .Select(part => Flat(graph.Node("Gemm", [a, part], [OnnxGraph.Attribute("transB", 1L)])))];
        var groups = Reaching(graph.Node("Max", products));
        var some = graph.Concat(0, [.. products.Select(part => graph.Node("Gather", [part, groups]))]);
        var places = Reaching(some);
        Output("Groups", graph.Node("Cast", [groups], [OnnxGraph.Attribute("to", (long)ElementType.Int32)], ElementType.Int32));
        Output("Places", graph.Node("Cast", [places], [OnnxGraph.Attribute("to", (long)ElementType.Int32)], ElementType.Int32));
        Output("Products", graph.Node("Gather", [some, places]));
        return graph.ToBytes();

        OnnxValue Reaching(OnnxValue values) => Flat(graph.Node("NonZero", [graph.Node("GreaterOrEqual", [values, least], type: ElementType.Bool)], type: ElementType.Int64));

        OnnxValue Flat(OnnxValue value) => graph.Node("Reshape", [value, graph.Constant<long>([-1], 1)]);

        void Output(string name, OnnxValue value) => graph.Output(name, value, name.ToLowerInvariant());
    }

    private static byte[] BuildCopy()
    {
        var graph = new OnnxGraph("copy");
        graph.Output("Y", graph.Input("X", ElementType.Float16, "rows", "width"), "rows", "width");
        return graph.ToBytes();
    }
}
