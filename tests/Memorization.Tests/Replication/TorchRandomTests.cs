using System.Text.Json;
using Memorization.Replication.Diffusion;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Replication;

public sealed class TorchRandomTests
{
    // Known to everyone who has ever typed torch.manual_seed(0); torch.randn(8).
    [Fact]
    public void Eight_numbers_after_seed_0_are_those_of_every_tutorial()
    {
        var values = new float[8];
        new TorchRandom(0).Normal(values);
        values.Select(value => Math.Round(value, 4)).ShouldBe([1.5410, -0.2934, -2.1788, 0.5684, -1.0845, -1.3986, 0.4033, 0.8380]);
    }

    // The authors' own check of MT19937: the ten thousandth number after seed 5489, as the C++ standard states it for std::mt19937.
    [Fact]
    public void The_twisters_ten_thousandth_number_is_the_standards()
    {
        var twister = new MersenneTwister(5489);
        for (var i = 1; i < 10_000; i++) twister.Next();
        twister.Next().ShouldBe(4_123_659_995u);
    }

    [Fact]
    public void Calls_of_every_size_give_what_PyTorch_gave()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFile.Root, "tests", "Memorization.Tests", "Replication", "torch-noise.json")));
        var cases = golden.RootElement.GetProperty("cases").EnumerateArray().ToList();
        cases.Count.ShouldBe(7);
        foreach (var one in cases)
        {
            var random = new TorchRandom(one.GetProperty("seed").GetUInt32());
            foreach (var call in one.GetProperty("calls").EnumerateArray())
            {
                var values = new float[call.GetProperty("count").GetInt32()];
                random.Normal(values);
                var first = call.GetProperty("first").EnumerateArray().Select(value => value.GetDouble()).ToList();
                var last = call.GetProperty("last").EnumerateArray().Select(value => value.GetDouble()).ToList();
                for (var i = 0; i < first.Count; i++)
                {
                    ((double)values[i]).ShouldBe(first[i], 2e-6);
                    ((double)values[^(i + 1)]).ShouldBe(last[^(i + 1)], 2e-6);
                }

                values.Sum(value => (double)value).ShouldBe(call.GetProperty("sum").GetDouble(), 1e-3);
                values.Sum(value => (double)value * value).ShouldBe(call.GetProperty("squares").GetDouble(), 1e-2);
            }
        }
    }
}
