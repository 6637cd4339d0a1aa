using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Memorization.Inference;
using Microsoft.ML.OnnxRuntime;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Replication.Diffusion;

/// <summary>Numbers on their way into and out of a model in whichever type its ports have.</summary>
internal static class PortTensor
{
    private static readonly ElementType[] Floats = [ElementType.Float, ElementType.Float16];

    /// <summary>Whether a port takes float32 or float16 in so many dims.</summary>
    public static bool IsFloat(OnnxPort port, int dims) => Floats.Contains(port.Type) && port.Dims.Count == dims;

    /// <summary>Whether a port takes whole numbers only.</summary>
    public static bool IsWhole(OnnxPort port) => port.Type is ElementType.Int64 or ElementType.Int32;

    /// <summary>A tensor for a port; numbers are rounded to the port's type.</summary>
    public static OnnxTensor Of(OnnxPort port, ReadOnlySpan<float> values, params long[] dims)
    {
        switch (port.Type)
        {
            case ElementType.Float16:
                var half = OnnxTensor.Allocate<Float16>(dims);
                TensorPrimitives.ConvertToHalf(values, half.Elements<Half>());
                return half;
            case ElementType.Int64:
                var whole = OnnxTensor.Allocate<long>(dims);
                for (var i = 0; i < values.Length; i++) whole.Elements<long>()[i] = (long)values[i];
                return whole;
            case ElementType.Int32:
                var small = OnnxTensor.Allocate<int>(dims);
                for (var i = 0; i < values.Length; i++) small.Elements<int>()[i] = (int)values[i];
                return small;
            default:
                var single = OnnxTensor.Allocate<float>(dims);
                values.CopyTo(single.Elements<float>());
                return single;
        }
    }

    /// <summary>What a model gave, as float32.</summary>
    public static float[] Read(OnnxPort port, OrtValue value)
    {
        if (port.Type != ElementType.Float16) return value.GetTensorDataAsSpan<float>().ToArray();
        var half = MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>());
        var single = new float[half.Length];
        TensorPrimitives.ConvertToSingle(half, single);
        return single;
    }
}
