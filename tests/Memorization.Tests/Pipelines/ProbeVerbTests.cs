using System.Text.Json;
using Memorization.Tests.Replication;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>probe, run as a person runs it.</summary>
public sealed class ProbeVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Its_lines_are_the_contract_and_its_file_is_what_generate_reads()
    {
        var families = await PictureStudy.WriteAsync(_folder.Path, [3, 2, 1], (picture, copy) => $"{(picture == 0 ? "golden" : "silver")} bridge {picture} copy");
        var result = await Program.RunAsync("probe", _folder.File("study.json"), "--families", "2", "--object", "an astronaut", "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        var lines = result.Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        foreach (var line in lines) line.EnumerateObject().Select(property => property.Name).ShouldBe(["family", "kind", "caption", "nearest_caption", "cosine"]);
        lines.Select(line => line.GetProperty("family").GetString()).Distinct().ShouldBe([families[0], families[1], null]);
        lines.ShouldAllBe(line => line.GetProperty("cosine").ValueKind == JsonValueKind.Null); // the built-in model has no text tower
        File.Exists(_folder.File("probes.jsonl")).ShouldBeFalse();

        (await Program.RunAsync("probe", _folder.File("study.json"), "--families", "2", "--object", "an astronaut")).ExitCode.ShouldBe(0);
        File.ReadAllText(_folder.File("probes.jsonl")).ShouldBe(result.Output);
        MadeDiffusion.Write(_folder.File("model"), MadeDiffusion.VelocityDdim);
        var made = await Program.RunAsync("generate", _folder.File("study.json"), "--model", _folder.File("model"), "--seeds", "2", "--steps", "2", "--json");
        made.ExitCode.ShouldBe(0, made.Error);
        made.Json().GetProperty("images_made").GetInt32().ShouldBe(2 * lines.Select(line => line.GetProperty("caption").GetString()).Distinct().Count());
        var evaluated = await Program.RunAsync("evaluate", _folder.File("study.json"), "--json", "--set", "decode.minSide=1");
        evaluated.ExitCode.ShouldBe(0, evaluated.Error);
        evaluated.Json().GetProperty("rates").EnumerateArray().First(rate => rate.GetProperty("group").GetString() == "all").GetProperty("probes").GetInt32().ShouldBe(lines.Count(line => line.GetProperty("family").ValueKind == JsonValueKind.String));
    }

    [Fact]
    public async Task A_study_without_a_store_is_one_line()
    {
        File.WriteAllText(_folder.File("study.json"), """{"name": "none"}""");
        (await Program.RunAsync("probe", _folder.File("study.json"))).UserError().ShouldContain("run `memorization run STUDY` first");
    }
}
