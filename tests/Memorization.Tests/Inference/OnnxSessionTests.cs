using Memorization.Inference;
using Shouldly;
using Xunit;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Tests.Inference;

public class OnnxSessionTests
{
    [Fact]
    public void A_missing_file_is_named()
    {
        var path = Path.Combine(Path.GetTempPath(), "no-such-model.onnx");
        Should.Throw<FileNotFoundException>(() => OnnxSession.FromFile(path, threads: 1)).Message.ShouldBe($"there is no model file {path}");
    }

    [Fact]
    public void A_file_that_is_not_a_model_is_named()
    {
        var path = typeof(OnnxSessionTests).Assembly.Location;
        Should.Throw<InvalidDataException>(() => OnnxSession.FromFile(path, threads: 1)).Message.ShouldStartWith($"{path} is not a model that ONNX Runtime {OnnxSession.Version} can load");
    }

    [Fact]
    public void Bytes_that_are_not_a_model_are_refused() =>
        Should.Throw<InvalidDataException>(() => OnnxSession.FromBytes([1, 2, 3], "three bytes", threads: 1)).Message.ShouldStartWith("three bytes is not a model");

    [Fact]
    public void A_device_that_this_build_lacks_is_an_error_and_not_a_silent_CPU()
    {
        if (OnnxSession.CudaProblem(0) is null) Assert.Skip("here is a GPU that can be used");
        var message = Should.Throw<NotSupportedException>(() => OnnxSession.FromBytes(Doubling(), "doubling", threads: 1, new OnnxDevice(0))).Message;
        message.ShouldStartWith("device cuda:0: ");
        message.ShouldContain("docs/gpu.md");
    }

    [Fact]
    public void Inputs_and_outputs_are_described_with_symbolic_dims()
    {
        using var session = OnnxSession.FromBytes(Doubling(), "doubling", threads: 1);
        session.Inputs.ShouldHaveSingleItem().ToString().ShouldBe("x: Float (batch, 1000)");
        session.Outputs.ShouldHaveSingleItem().ToString().ShouldBe("y: Float (batch, 1000)");
    }

    [Fact]
    public void A_symbolic_dim_is_known_after_a_run()
    {
        using var session = OnnxSession.FromBytes(Doubling(), "doubling", threads: 1);
        using var x = OnnxTensor.Allocate<float>(7, 1000);
        session.DimsOf("y", "x", x).ShouldBe([7, 1000]);
    }

    [Fact]
    public void A_run_over_a_tensor_of_other_dims_is_an_exception()
    {
        using var session = OnnxSession.FromBytes(Doubling(), "doubling", threads: 1);
        using OnnxTensor x = OnnxTensor.Allocate<float>(1, 999), y = OnnxTensor.Allocate<float>(1, 999);
        Should.Throw<Exception>(() => session.Run(["x"], [x], ["y"], [y])).Message.ShouldContain("invalid dimensions");
    }

    [Fact]
    public async Task Runs_on_many_threads_do_not_mix()
    {
        using var session = OnnxSession.FromBytes(Doubling(), "doubling", threads: 2);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(n => Task.Run(() =>
        {
            using OnnxTensor x = OnnxTensor.Allocate<float>(4, 1000), y = OnnxTensor.Allocate<float>(4, 1000);
            for (var run = 0; run < 50; run++)
            {
                x.Elements<float>().Fill(n * 1000 + run);
                session.Run(["x"], [x], ["y"], [y]);
                y.Elements<float>().ContainsAnyExcept(2f * (n * 1000 + run)).ShouldBeFalse();
            }
        })));
    }

    private static byte[] Doubling()
    {
        var graph = new OnnxGraph("doubling");
        var x = graph.Input("x", ElementType.Float, "batch", 1000);
        graph.Output("y", graph.Add(x, x), "batch", 1000);
        return graph.ToBytes();
    }
}
