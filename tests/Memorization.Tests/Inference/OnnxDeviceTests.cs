using Memorization.Inference;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Inference;

public class OnnxDeviceTests
{
    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("cuda", "cuda:0")]
    [InlineData("cuda:3", "cuda:3")]
    [InlineData(" cuda:0 ,cuda:1", "cuda:0 cuda:1")]
    [InlineData("cuda, cuda", "cuda:0 cuda:0")]
    [InlineData("cpu, cpu", "cpu cpu")]
    public void A_list_of_devices_is_read(string names, string devices) => string.Join(' ', OnnxDevice.Parse(names)).ShouldBe(devices);

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("CUDA")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1x")]
    [InlineData("cuda,")]
    [InlineData("auto, cuda")]
    public void Another_name_is_an_error(string names) =>
        Should.Throw<InvalidDataException>(() => OnnxDevice.Parse(names)).Message.ShouldContain("is none of cpu, cuda, cuda:N and auto");

    [Fact]
    public void Processor_and_GPU_do_not_mix() =>
        Should.Throw<InvalidDataException>(() => OnnxDevice.Parse("cpu, cuda")).Message.ShouldContain("name one kind");

    [Fact]
    public void Auto_is_the_first_GPU_that_can_be_used_and_else_the_processor() =>
        OnnxDevice.Parse("auto").ShouldBe([OnnxSession.CudaProblem(0) is null ? new OnnxDevice(0) : OnnxDevice.Cpu]);
}
