using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Inference;

/// <summary>On a device: which rows of two float16 matrices have a product that reaches a bound. Only those leave it.</summary>
/// <remarks>
/// Products are summed in float32 and rounded to float16. Matrices stay in the device's memory for any number of runs. Thread-safe; runs at once pass their
/// copies under each other's arithmetic.
/// </remarks>
internal sealed class PairScreen : IDisposable
{
    private static readonly string[] Inputs = ["A", "B", "Least"];
    private static readonly string[] Outputs = ["Places", "Products"];
    private static readonly byte[] Screen = BuildScreen();
    private static readonly byte[] Copy = BuildCopy();

    private readonly OnnxSession _screen;
    private readonly OnnxSession _copy;

    private PairScreen(OnnxSession screen, OnnxSession copy) => (_screen, _copy) = (screen, copy);

    /// <summary>Loads what runs on <paramref name="device"/>.</summary>
    /// <exception cref="NotSupportedException">The device is not there; the message says what to do.</exception>
    public static PairScreen Load(OnnxDevice device)
    {
        var screen = OnnxSession.FromBytes(Screen, "screen", 1, device);
        try
        {
            return new PairScreen(screen, OnnxSession.FromBytes(Copy, "copy", 1, device));
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
    /// <param name="found">Called once with the places, row of <paramref name="a"/> times rows of <paramref name="b"/> plus row of <paramref name="b"/>, ascending, and the products there.</param>
    public void Run(OrtValue a, OrtValue b, Half least, Action<ReadOnlySpan<int>, ReadOnlySpan<Half>> found)
    {
        using var bound = OrtValue.CreateTensorValueFromMemory(MemoryMarshal.Cast<Half, Float16>([least]).ToArray(), [1]);
        using var outputs = _screen.Run(Inputs, [a, b, bound], Outputs);
        found(outputs[0].GetTensorDataAsSpan<int>(), MemoryMarshal.Cast<Float16, Half>(outputs[1].GetTensorDataAsSpan<Float16>()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _copy.Dispose();
        _screen.Dispose();
    }

    private static byte[] BuildScreen()
    {
        var graph = new OnnxGraph("screen");
        var a = graph.Input("A", ElementType.Float16, "rows", "width");
        var b = graph.Input("B", ElementType.Float16, "columns", "width");
        var least = graph.Input("Least", ElementType.Float16, 1);
        var products = graph.Node("Gemm", [a, b], [OnnxGraph.Attribute("transB", 1L)]);
        var flat = graph.Node("Reshape", [products, graph.Constant<long>([-1], 1)]);
        var reaches = graph.Node("GreaterOrEqual", [flat, least], type: ElementType.Bool);
        var places = graph.Node("Reshape", [graph.Node("NonZero", [reaches], type: ElementType.Int64), graph.Constant<long>([-1], 1)]);
        graph.Output("Places", graph.Node("Cast", [places], [OnnxGraph.Attribute("to", (long)ElementType.Int32)], ElementType.Int32), "found");
        graph.Output("Products", graph.Node("Gather", [flat, places]), "found");
        return graph.ToBytes();
    }

    private static byte[] BuildCopy()
    {
        var graph = new OnnxGraph("copy");
        graph.Output("Y", graph.Input("X", ElementType.Float16, "rows", "width"), "rows", "width");
        return graph.ToBytes();
    }
}
