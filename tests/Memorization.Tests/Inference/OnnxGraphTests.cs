using Memorization.Inference;
using Shouldly;
using Xunit;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Tests.Inference;

public class OnnxGraphTests
{
    private static readonly float[] Six = [4, 9, -1, 16, 0.25f, 2];

    [Fact]
    public void A_matrix_product_sums_over_the_inner_dimension()
    {
        float[] b = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        var expected = new float[8];
        for (var i = 0; i < 2; i++)
            for (var j = 0; j < 4; j++)
                for (var k = 0; k < 3; k++) expected[i * 4 + j] += Six[i * 3 + k] * b[k * 4 + j];
        Compute((graph, x) => graph.MatMul(x, graph.Constant<float>(b, 3, 4)), 2, 4).ShouldBe(expected);
    }

    [Fact]
    public void A_linear_layer_takes_its_weights_as_they_are_stored()
    {
        float[] weights = [1, 0, 0, 0, 2, 1];
        float[] expected = [4 + 10, 18 - 1 + 20, 16 + 10, 0.5f + 2 + 20];
        Compute((graph, x) => graph.Gemm(x, graph.Constant<float>(weights, 2, 3), graph.Constant<float>([10f, 20f], 2), transposeB: true), 2, 2).ShouldBe(expected);
    }

    [Fact]
    public void Elementwise_operators_broadcast()
    {
        OnnxValue Ten(OnnxGraph graph) => graph.Constant<float>([10f, 20f, 40f], 3);
        float[] tens = [10, 20, 40, 10, 20, 40];
        Compute((graph, x) => graph.Add(x, Ten(graph)), 2, 3).ShouldBe(Six.Zip(tens, (a, b) => a + b));
        Compute((graph, x) => graph.Sub(x, Ten(graph)), 2, 3).ShouldBe(Six.Zip(tens, (a, b) => a - b));
        Compute((graph, x) => graph.Mul(x, Ten(graph)), 2, 3).ShouldBe(Six.Zip(tens, (a, b) => a * b));
        Compute((graph, x) => graph.Div(x, Ten(graph)), 2, 3).ShouldBe(Six.Zip(tens, (a, b) => a / b));
    }

    [Fact]
    public void Clip_and_square_root_work_on_each_element() =>
        Compute((graph, x) => graph.Sqrt(graph.Clip(x, graph.Constant<float>([0f]), graph.Constant<float>([9f]))), 2, 3)
            .ShouldBe(Six.Select(v => MathF.Sqrt(Math.Clamp(v, 0, 9))));

    [Fact]
    public void Operators_that_move_values_move_them_where_they_say()
    {
        Compute((graph, x) => graph.Transpose(x, 1, 0), 3, 2).ShouldBe([4, 16, 9, 0.25f, -1, 2]);
        Compute((graph, x) => graph.Reshape(x, 0, -1, 1), 2, 3, 1).ShouldBe(Six);
        Compute((graph, x) => graph.Slice(x, 1, 1, 3), 2, 2).ShouldBe([9, -1, 0.25f, 2]);
        Compute((graph, x) => graph.Gather(x, 1, 2, 0), 2, 2).ShouldBe([-1, 4, 2, 16]);
        Compute((graph, x) => graph.Concat(1, x, graph.Slice(x, 1, 0, 1)), 2, 4).ShouldBe([4, 9, -1, 4, 16, 0.25f, 2, 16]);
    }

    [Fact]
    public void Reductions_keep_the_dimension_with_length_1()
    {
        Compute((graph, x) => graph.ReduceMean(x, 1), 2, 1).ShouldBe([4, 18.25f / 3]);
        Compute((graph, x) => graph.ReduceL2(x, 0), 1, 3)
            .ShouldBe([MathF.Sqrt(16 + 256), MathF.Sqrt(81.0625f), MathF.Sqrt(5)]);
    }

    [Fact]
    public void A_cast_changes_the_type_of_the_handle_and_of_the_values() =>
        Compute((graph, x) =>
        {
            var whole = graph.Cast(x, ElementType.Int64);
            whole.Type.ShouldBe(ElementType.Int64);
            return graph.Cast(whole, ElementType.Float);
        }, 2, 3).ShouldBe([4, 9, -1, 16, 0, 2]);

    [Fact]
    public void An_operator_of_ONNX_Runtime_needs_only_its_domain() =>
        Compute((graph, x) => graph.Node("QuickGelu", [graph.Node("QuickGelu", [x], [OnnxGraph.Attribute("alpha", 0f)], domain: OnnxGraph.ContribDomain)],
            [OnnxGraph.Attribute("alpha", 0f)], domain: OnnxGraph.ContribDomain), 2, 3).ShouldBe(Six.Select(v => v / 4));

    [Fact]
    public void The_same_calls_give_the_same_bytes()
    {
        static byte[] Build()
        {
            var graph = new OnnxGraph("g");
            var x = graph.Input("x", ElementType.Float, "batch", 3);
            graph.Output("y", graph.Node("QuickGelu", [graph.Mul(x, graph.Constant<float>([1f, 2f, 3f], 3))], [OnnxGraph.Attribute("alpha", 1f)], domain: OnnxGraph.ContribDomain), "batch", 3);
            return graph.ToBytes();
        }

        Build().ShouldBe(Build());
    }

    [Fact]
    public void Operands_of_different_types_are_refused_when_the_graph_is_built()
    {
        var graph = new OnnxGraph("g");
        var bytes = graph.Input("bytes", ElementType.Uint8, 3);
        Should.Throw<ArgumentException>(() => graph.Add(bytes, graph.Constant<float>([1f]))).Message.ShouldStartWith("Add of Uint8 (bytes) and Float");
    }

    [Fact]
    public void A_constant_whose_dims_do_not_fit_is_refused() =>
        Should.Throw<ArgumentException>(() => new OnnxGraph("g").Constant<float>([1f, 2f], 3)).Message.ShouldStartWith("2 values for 3 places");

    // Runs one graph over the six numbers as a 2×3 matrix; the answer must have exactly these dims.
    private static float[] Compute(Func<OnnxGraph, OnnxValue, OnnxValue> build, params long[] dims)
    {
        var graph = new OnnxGraph("g");
        var result = build(graph, graph.Input("x", ElementType.Float, 2, 3));
        graph.Output("y", result, [.. dims.Select(dim => (OnnxDim)dim)]);
        using var session = OnnxSession.FromBytes(graph.ToBytes(), "g", threads: 1);
        using OnnxTensor x = OnnxTensor.Allocate<float>(2, 3), y = OnnxTensor.Allocate<float>(dims);
        Six.CopyTo(x.Elements<float>());
        session.Run(["x"], [x], ["y"], [y]);
        return y.Elements<float>().ToArray();
    }
}
