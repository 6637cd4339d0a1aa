using System.Text.Json.Nodes;
using Memorization.Captions;
using Memorization.Configuration;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Configuration;

public sealed class StudyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_that_is_left_out_has_its_documented_default()
    {
        var study = Load("""{ "input": ["a.parquet"] }""");

        study.Input.ShouldBe(["a.parquet"]);
        study.Fetch.Parallelism.ShouldBe(new Study().Fetch.Parallelism);
        study.Cluster.ShouldBe(new Study().Cluster);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_allowed() =>
        Load("""{ /* mine */ "keywords": ["van gogh",], // yes""" + "\n}").Keywords.ShouldBe(["van gogh"]);

    [Fact]
    public void An_unknown_key_names_the_nearest_known_one() =>
        Refused("""{ "fetch": { "paralellism": 4 } }""").ShouldEndWith("study.json: unknown key fetch.paralellism; the nearest is fetch.parallelism");

    [Fact]
    public void An_unknown_group_names_the_nearest_known_one() =>
        Refused("""{ "clusters": {} }""").ShouldEndWith("study.json: unknown key clusters; the nearest is cluster");

    [Fact]
    public void A_threshold_above_one_is_refused_with_its_range() =>
        Refused("""{ "cluster": { "threshold": 1.5 } }""").ShouldContain("cluster.threshold is 1.5; it must be ");

    [Fact]
    public void Limits_that_no_row_can_keep_are_refused()
    {
        Refused("""{ "filters": { "metadata": { "minSimilarity": 0.4, "maxSimilarity": 0.3 } } }""")
            .ShouldEndWith("study.json: filters.metadata.minSimilarity is 0.4, above maxSimilarity, 0.3; lower the one or raise the other");
        Refused("""{ "filters": { "metadata": { "minSidePixels": 9, "maxSidePixels": 8 } } }""")
            .ShouldEndWith("filters.metadata.minSidePixels is 9, above maxSidePixels, 8; lower the one or raise the other");
    }

    [Fact]
    public void A_value_of_another_type_is_refused_with_the_type_it_must_have()
    {
        Refused("""{ "fetch": { "parallelism": "many" } }""").ShouldEndWith("fetch.parallelism is \"many\"; it must be a whole number");
        Refused("""{ "fetch": { "parallelism": 1.5 } }""").ShouldEndWith("fetch.parallelism is 1.5; it must be a whole number");
        Refused("""{ "fetch": 7 }""").ShouldEndWith("fetch is 7; it must be an object");
        Refused("""{ "keywords": "van gogh" }""").ShouldEndWith("keywords is \"van gogh\"; it must be a list of strings");
        Refused("""{ "filters": { "caption": { "tokenizer": "bert" } } }""").ShouldContain("it must be one of huggingFace, openAI", Case.Insensitive);
    }

    [Fact]
    public void Null_is_refused_where_a_value_must_be() =>
        Refused("""{ "name": null }""").ShouldEndWith("name is null; it must be a string");

    [Fact]
    public void Set_overrides_the_environment_and_the_environment_overrides_the_file()
    {
        const string json = """{ "fetch": { "parallelism": 1, "maxRedirects": 1 }, "store": { "commitRows": 1 } }""";

        var study = Load(json, ["fetch.parallelism=3"], ("MEMORIZATION__FETCH__PARALLELISM", "2"), ("MEMORIZATION__FETCH__MAXREDIRECTS", "2"));

        study.Fetch.Parallelism.ShouldBe(3);
        study.Fetch.MaxRedirects.ShouldBe(2);
        study.Store.CommitRows.ShouldBe(1);
    }

    [Fact]
    public void Set_takes_lists_names_and_maps()
    {
        var study = Load(
            "{}", ["keywords=[\"van gogh\", \"sunflower\"]", "name=7", "filters.caption.tokenizer=openAI", "fetch.resolve.*.demo.test=127.0.0.1:80"]);

        study.Keywords.ShouldBe(["van gogh", "sunflower"]);
        study.Name.ShouldBe("7");
        study.Filters.Caption.Tokenizer.ShouldBe(ClipTokenizerKind.OpenAI);
        study.Fetch.Resolve["*.demo.test"].ShouldBe("127.0.0.1:80");
    }

    [Fact]
    public void Set_names_what_it_does_not_know()
    {
        Refused("{}", "fetch.maxByte=1").ShouldEndWith("unknown key fetch.maxByte; the nearest is fetch.maxBytes");
        Refused("{}", "fetch").ShouldContain("--set key=value");
        Refused("{}", "fetch=1").ShouldContain("fetch is a group; set one of");
        Refused("{}", "name.first=1").ShouldContain("name has no keys below it");
        Refused("{}", "cluster.threshold=high").ShouldEndWith("cluster.threshold is \"high\"; it must be a number");
    }

    [Fact]
    public void A_missing_or_broken_file_is_one_line_with_the_fix()
    {
        Should.Throw<SetupException>(() => StudyFile.Load(_folder.File("none.json"), [], [])).Message.ShouldStartWith("there is no study");
        foreach (var text in (string[])["", "[]", "{", "null", "{\"name\": \"a\", \"name\": \"b\"}"])
            Refused(text).ShouldSatisfyAllConditions(line => line.ShouldContain("study.json"), line => line.ShouldNotContain("\n"));
    }

    [Fact]
    public void Every_study_in_the_config_folder_loads()
    {
        var files = Directory.GetFiles(Path.Combine(GoldenFile.Root, "config"), "*.json").Where(file => !file.EndsWith("schema.json", StringComparison.Ordinal)).ToList();

        files.ShouldNotBeEmpty();
        foreach (var file in files)
            StudyFile.Load(file, [], []).Name.ShouldBe(Path.GetFileNameWithoutExtension(file));
    }

    [Fact]
    public void The_schema_is_the_one_of_the_options() => GoldenFile.ShouldMatch(StudySchema.Create().ToJsonString(StudyFile.Json), "config/study.schema.json");

    [Fact]
    public void The_schema_says_of_every_key_what_it_is()
    {
        var missing = new List<string>();
        Visit(StudySchema.Create(), "");
        missing.ShouldBeEmpty();

        void Visit(JsonObject node, string path)
        {
            foreach (var (name, value) in node["properties"] as JsonObject ?? [])
            {
                if (value!["description"] is null) missing.Add(path + name);
                Visit((JsonObject)value, $"{path}{name}.");
            }
        }
    }

    private Study Load(string json, string[]? settings = null, params (string Name, string Value)[] environment)
    {
        var path = _folder.File("study.json");
        File.WriteAllText(path, json);
        return StudyFile.Load(path, settings ?? [], environment.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
    }

    private string Refused(string json, params string[] settings) => Should.Throw<SetupException>(() => Load(json, settings)).Message;
}
