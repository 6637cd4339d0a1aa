using Memorization.Configuration;
using Memorization.Objects;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Objects;

public sealed class LabelFileTests : IDisposable
{
    private static readonly HashSet<string> Images = ["a1", "b2", "c3", "d4"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_peoples_labels_agree_or_not_and_only_those_they_agree_on_count()
    {
        var set = await ReadAsync(Labels("Ada", ("a1", "yes"), ("b2", "no"), ("c3", "unsure"), ("d4", "yes")), Labels("Ben", ("a1", "yes"), ("b2", "yes"), ("c3", "unsure")));

        set.Labellers.ShouldBe(["Ada", "Ben"]);
        set.Agreed.ShouldBe(new Dictionary<string, bool> { ["a1"] = true, ["d4"] = true }, ignoreOrder: true);
        (set.Images, set.Unsure).ShouldBe((4, 1));
        var disagreement = set.Disagreements.ShouldHaveSingleItem();
        disagreement.ContentId.ShouldBe("b2");
        disagreement.Answers.ShouldBe(new Dictionary<string, Answer> { ["Ada"] = Answer.No, ["Ben"] = Answer.Yes }, ignoreOrder: true);
        var pair = set.Agreements().ShouldHaveSingleItem();
        pair.Table.ShouldBe([[1, 0, 0], [1, 0, 0], [0, 0, 1]]);
        pair.Images.ShouldBe(3);
        // Observed 2/3; by chance 1/3·2/3 + 1/3·0 + 1/3·1/3 = 1/3.
        pair.Kappa!.Value.ShouldBe(0.5, 1e-12);
    }

    [Fact]
    public async Task A_person_may_label_two_samples()
    {
        var set = await ReadAsync(Labels("Ada", ("a1", "yes")), Labels("Ada", ("b2", "no")));

        set.Agreed.Count.ShouldBe(2);
        set.Agreements().ShouldBeEmpty();
    }

    [Fact]
    public async Task Labels_that_cannot_count_are_refused_in_one_line_that_says_why()
    {
        (await RefusedAsync(Labels("Ada", ("zz", "yes")))).ShouldEndWith("0.json: answer 1 is of the image zz, which the study does not have; label a sample of this store");
        (await RefusedAsync(Labels("Ada", ("a1", "yes"), ("a1", "no")))).ShouldEndWith("0.json: answer 2 is Ada's second of the image a1; keep one of them");
        (await RefusedAsync(Labels("Ada", ("a1", "yes")), Labels("Ada", ("a1", "yes")))).ShouldEndWith("1.json: Ada has labelled the image a1 in another file too; keep one of them");
        (await RefusedAsync(Labels("Ada", ("a1", "yes")).Replace("\"flag\"", "\"moon\"", StringComparison.Ordinal))).ShouldContain("are of the object \"moon\", not of \"flag\"");
        (await RefusedAsync(Labels(" ", ("a1", "yes")))).ShouldContain("have no labeller");
        (await RefusedAsync(Labels("Ada", ("a1", "maybe")))).ShouldContain("0.json cannot be read");
        (await RefusedAsync(Labels("Ada", ("a1", "1")).Replace("\"1\"", "1", StringComparison.Ordinal))).ShouldContain("0.json cannot be read");
        (await RefusedAsync("""{ "object": "flag" }""")).ShouldContain("0.json cannot be read");
        (await RefusedAsync("""{ "object": "flag", "labeller": "Ada", "answers": null }""")).ShouldContain("0.json cannot be read");
        (await RefusedAsync("""{ "object": "flag", "labeller": "Ada", "answers": [null] }""")).ShouldContain("0.json");
        (await RefusedAsync("no JSON")).ShouldContain("save them again from the labelling page");
        (await RefusedAsync(Labels("Ada", ("a1", "yes")).Replace("\"answers\"", "\"sample\": [\"b2\"], \"answers\"", StringComparison.Ordinal))).ShouldContain("is not in the file's own sample");
    }

    [Fact]
    public void A_pattern_may_match_nothing_yet_and_a_path_may_not()
    {
        var options = new ObjectOptions { Name = "flag", Labels = ["labels/*.json"] };

        ObjectFiles.Labels(options, _folder.Path).ShouldBeEmpty();
        Should.Throw<SetupException>(() => ObjectFiles.Labels(options with { Labels = ["labels/ada.json"] }, _folder.Path)).Message.ShouldContain("labels names");
        Should.Throw<SetupException>(() => ObjectFiles.References(options with { References = ["flag-*.png"] }, _folder.Path)).Message.ShouldContain("references names");
    }

    private static string Labels(string labeller, params (string Content, string Answer)[] answers) =>
        $$"""{ "object": "flag", "labeller": "{{labeller}}", "seed": 1, "answers": [{{string.Join(", ", answers.Select(answer => $$"""{ "content_id": "{{answer.Content}}", "answer": "{{answer.Answer}}" }"""))}}] }""";

    private async Task<LabelSet> ReadAsync(params string[] files)
    {
        foreach (var (text, i) in files.Select((text, i) => (text, i))) await File.WriteAllTextAsync(_folder.File($"{i}.json"), text);
        return await LabelSet.ReadAsync(files.Select((_, i) => _folder.File($"{i}.json")), "flag", Images);
    }

    private async Task<string> RefusedAsync(params string[] files)
    {
        var message = (await Should.ThrowAsync<SetupException>(() => ReadAsync(files))).Message;
        message.ShouldNotContain("\n");
        return message;
    }
}
