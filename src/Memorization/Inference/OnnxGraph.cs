using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Memorization.Inference.Onnx;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;
using Kind = Memorization.Inference.Onnx.AttributeProto.Types.AttributeType;

namespace Memorization.Inference;

/// <summary>A value inside an <see cref="OnnxGraph"/>: what an input, a constant or a node gives.</summary>
/// <param name="Name">Unique in its graph.</param>
/// <param name="Type">Type of the elements.</param>
internal readonly record struct OnnxValue(string Name, ElementType Type);

/// <summary>One dimension: a length, or a name for a length that is known only when the model runs.</summary>
/// <param name="Length">Null if the length is not fixed.</param>
/// <param name="Symbol">Null if the length is fixed.</param>
internal readonly record struct OnnxDim(long? Length, string? Symbol)
{
    public static implicit operator OnnxDim(long length) => new(length, null);

    public static implicit operator OnnxDim(string symbol) => new(null, symbol);

    public override string ToString() => Length?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}

/// <summary>Builds an ONNX model node by node, in the order its values are computed.</summary>
/// <remarks>
/// IR version 8 and operator set 18 (December 2022): the first in which ReduceMean and ReduceL2 take their axes as an input, old enough for
/// every runtime in use. Names are numbered in the order of the calls and no map is written: the same calls give the same bytes.
/// Not thread-safe.
/// </remarks>
internal sealed partial class OnnxGraph
{
    /// <summary>The file format's version.</summary>
    public const int IrVersion = 8;

    /// <summary>Version of the standard operators.</summary>
    public const int OperatorSet = 18;

    /// <summary>Domain of ONNX Runtime's own fused operators, version 1.</summary>
    public const string ContribDomain = "com.microsoft";

    private readonly ModelProto _model;
    private readonly GraphProto _graph;
    private readonly OnnxData? _data;

    /// <param name="name">The graph's name, written into the model.</param>
    /// <param name="data">Where constants of a page and more go; null keeps all in the model, which must then stay below 2 GB.</param>
    public OnnxGraph(string name, OnnxData? data = null)
    {
        _data = data;
        _graph = new GraphProto { Name = name };
        _model = new ModelProto { IrVersion = IrVersion, ProducerName = "memorization", Graph = _graph };
        _model.OpsetImport.Add(new OperatorSetIdProto { Version = OperatorSet });
    }

    /// <summary>Declares an input.</summary>
    public OnnxValue Input(string name, ElementType type, params ReadOnlySpan<OnnxDim> dims)
    {
        _graph.Input.Add(Declare(name, type, dims));
        return new OnnxValue(name, type);
    }

    /// <summary>Declares <paramref name="value"/> to be an output, under <paramref name="name"/>.</summary>
    public void Output(string name, OnnxValue value, params ReadOnlySpan<OnnxDim> dims)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value.Name }, Output = { name } });
        _graph.Output.Add(Declare(name, value.Type, dims));
    }

    /// <summary>A constant in row-major order; a scalar without <paramref name="dims"/>.</summary>
    /// <exception cref="ArgumentException">The dims do not multiply to the number of values.</exception>
    public OnnxValue Constant<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
        where T : unmanaged
    {
        long count = 1;
        foreach (var dim in dims) count *= dim;
        if (count != values.Length) throw new ArgumentException($"{values.Length} values for {count} places", nameof(dims));
        var type = TypeOf<T>();
        var name = $"const_{_graph.Initializer.Count}";
        var tensor = new TensorProto { Name = name, DataType = (int)type, Dims = { dims.ToArray() } };
        var bytes = MemoryMarshal.AsBytes(values);
        if (bytes.Length >= OnnxData.Page && _data is not null) _data.Write(tensor, bytes);
        else tensor.RawData = ByteString.CopyFrom(bytes);
        _graph.Initializer.Add(tensor);
        return new OnnxValue(name, type);
    }

    /// <summary>Any operator with one output; the methods named after operators cover those in use.</summary>
    /// <param name="op">The operator's name.</param>
    /// <param name="inputs">Its inputs; an input with an empty name is left out.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <param name="type">The output's type; null if it is the first input's.</param>
    /// <param name="domain">"" or <see cref="ContribDomain"/>.</param>
    public OnnxValue Node(string op, ReadOnlySpan<OnnxValue> inputs, ReadOnlySpan<AttributeProto> attributes = default, ElementType? type = null, string domain = "") =>
        Nodes(op, inputs, attributes, type, domain, 0)[0];

    // An operator with several outputs, of which only those at the given places are wanted.
    private OnnxValue[] Nodes(string op, ReadOnlySpan<OnnxValue> inputs, ReadOnlySpan<AttributeProto> attributes, ElementType? type, string domain, params ReadOnlySpan<int> places)
    {
        var node = new NodeProto { OpType = op, Name = $"{op}_{_graph.Node.Count}", Domain = domain };
        foreach (var input in inputs) node.Input.Add(input.Name);
        foreach (var attribute in attributes) node.Attribute.Add(attribute);
        for (var place = 0; place <= places[^1]; place++)
            node.Output.Add(!places.Contains(place) ? "" : place == 0 ? node.Name : $"{node.Name}_{place}");
        _graph.Node.Add(node);
        if (domain.Length > 0 && _model.OpsetImport.All(set => set.Domain != domain))
            _model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 });
        var values = new OnnxValue[places.Length];
        for (var i = 0; i < values.Length; i++) values[i] = new OnnxValue(node.Output[places[i]], type ?? inputs[0].Type);
        return values;
    }

    /// <summary>The model as a file has it.</summary>
    public byte[] ToBytes() => _model.ToByteArray();

    /// <summary>An attribute with an integer.</summary>
    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = Kind.Int, I = value };

    /// <summary>An attribute with a number.</summary>
    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = Kind.Float, F = value };

    /// <summary>An attribute with integers.</summary>
    public static AttributeProto Attribute(string name, params ReadOnlySpan<long> values) =>
        new() { Name = name, Type = Kind.Ints, Ints = { values.ToArray() } };

    private static ValueInfoProto Declare(string name, ElementType type, ReadOnlySpan<OnnxDim> dims)
    {
        var shape = new TensorShapeProto();
        foreach (var dim in dims)
        {
            shape.Dim.Add(dim.Length is { } length
                ? new TensorShapeProto.Types.Dimension { DimValue = length }
                : new TensorShapeProto.Types.Dimension { DimParam = dim.Symbol });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private static ElementType TypeOf<T>() => default(T) switch
    {
        float => ElementType.Float,
        Half => ElementType.Float16,
        long => ElementType.Int64,
        byte => ElementType.Uint8,
        sbyte => ElementType.Int8,
        int => ElementType.Int32,
        _ => throw new NotSupportedException($"no ONNX constants of {typeof(T)}"),
    };
}
