using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Inference;

/// <summary>On a device: which rows of two float16 matrices have a product that reaches a bound. Only those leave it.</summary>
/// <remarks>
/// Products are summed in float32 and rounded to float16. To find the few that count, looking through the largest of each group of them first costs a third of looking
/// through all. Matrices stay in the device's memory for any number of runs. Thread-safe; runs at once pass their copies under each other's arithmetic.
/// </remarks>
internal sealed class PairScreen : IDisposable
{
    private const int MostGroup = 64;

    private static readonly string[] Inputs = ["A", "B", "Least"];
    private static readonly string[] Outputs = ["Groups", "Places", "Products"];
    private static readonly byte[] Copy = BuildCopy();

    private readonly OnnxSession _screen;
    private readonly OnnxSession _copy;
    private readonly int _group;

    private PairScreen(OnnxSession screen, OnnxSession copy, int group) => (_screen, _copy, _group) = (screen, copy, group);

    /// <summary>Loads what runs on <paramref name="device"/>.</summary>
    /// <param name="device">The device.</param>
    /// <param name="rows">Rows of every matrix.</param>
    /// <exception cref="NotSupportedException">The device is not there; the message says what to do.</exception>
    public static PairScreen Load(OnnxDevice device, int rows)
    {
        var group = Math.Min(MostGroup, rows & -rows);
        var screen = OnnxSession.FromBytes(BuildScreen(rows, group), "screen", 1, device);
        try
        {
            return new PairScreen(screen, OnnxSession.FromBytes(Copy, "copy", 1, device), group);
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
    /// <param name="found">Called for each with its place, row of <paramref name="a"/> times rows plus row of <paramref name="b"/>, and the product.</param>
    public void Run(OrtValue a, OrtValue b, Half least, Action<int, Half> found)
    {
        using var bound = OrtValue.CreateTensorValueFromMemory(MemoryMarshal.Cast<Half, Float16>([least]).ToArray(), [1]);
        using var outputs = _screen.Run(Inputs, [a, b, bound], Outputs);
        ReadOnlySpan<int> groups = outputs[0].GetTensorDataAsSpan<int>(), places = outputs[1].GetTensorDataAsSpan<int>();
        var products = MemoryMarshal.Cast<Float16, Half>(outputs[2].GetTensorDataAsSpan<Float16>());
        for (var i = 0; i < places.Length; i++) found(groups[places[i] / _group] * _group + places[i] % _group, products[i]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _copy.Dispose();
        _screen.Dispose();
    }

    private static byte[] BuildScreen(int rows, int group)
    {
        var graph = new OnnxGraph("screen");
        var a = graph.Input("A", ElementType.Float16, rows, "width");
        var b = graph.Input("B", ElementType.Float16, rows, "width");
        var least = graph.Input("Least", ElementType.Float16, 1);
        var products = graph.Node("Gemm", [a, b], [OnnxGraph.Attribute("transB", 1L)]);
        var largest = graph.Node(
            "MaxPool", [Shaped(products, 1, 1, rows, rows)], [OnnxGraph.Attribute("kernel_shape", [1L, group]), OnnxGraph.Attribute("strides", [1L, group])]);
        var groups = Reaching(Shaped(largest, -1));
        var some = Shaped(graph.Node("Gather", [Shaped(products, -1, group), groups]), -1);
        var places = Reaching(some);
        Output("Groups", graph.Node("Cast", [groups], [OnnxGraph.Attribute("to", (long)ElementType.Int32)], ElementType.Int32));
        Output("Places", graph.Node("Cast", [places], [OnnxGraph.Attribute("to", (long)ElementType.Int32)], ElementType.Int32));
        Output("Products", graph.Node("Gather", [some, places]));
        return graph.ToBytes();

        OnnxValue Reaching(OnnxValue values) =>
            Shaped(graph.Node("NonZero", [graph.Node("GreaterOrEqual", [values, least], type: ElementType.Bool)], type: ElementType.Int64), -1);

        OnnxValue Shaped(OnnxValue value, params long[] dims) => graph.Node("Reshape", [value, graph.Constant<long>(dims, dims.Length)]);

        void Output(string name, OnnxValue value) => graph.Output(name, value, name.ToLowerInvariant());
    }

    private static byte[] BuildCopy()
    {
        var graph = new OnnxGraph("copy");
        graph.Output("Y", graph.Input("X", ElementType.Float16, "rows", "width"), "rows", "width");
        return graph.ToBytes();
    }
}
