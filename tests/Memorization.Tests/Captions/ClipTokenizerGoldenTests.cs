using System.Text.Json;
using Memorization.Captions;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Captions;

/// <summary>Ids made by transformers 5.17 and by OpenAI's own tokenizer, and the vocabulary they had.</summary>
public class ClipTokenizerGoldenTests
{
    // "été à la plage" and "Üßª", each read as Latin-1 bytes of UTF-8.
    private static readonly string[] RepairedByFtfy =
    [
        "\u00C3\u00A9t\u00C3\u00A9 \u00C3  la plage",
        "\u8868\u30DD\u3042A\u9DD7\u0152\u00E9\uFF22\u900D\u00DC\u00DF\u00AA\u0105\u00F1\u4E02\u3400\U00020000",
    ];

    [Fact]
    public void Every_string_has_Hugging_Faces_ids() =>
        Wrong(ClipTokenizerKind.HuggingFace, "hf_ids").ShouldBeEmpty();

    [Fact]
    public void Every_string_has_OpenAIs_ids_but_for_two_whose_mojibake_ftfy_repairs() =>
        Wrong(ClipTokenizerKind.OpenAI, "openai_ids").ShouldBe(RepairedByFtfy);

    [Fact]
    public void The_vocabulary_is_the_published_one()
    {
        var published = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(SharedFolder.Path("golden", "tiny-clip", "vocab.json")))!;
        var merges = File.ReadLines(SharedFolder.Path("golden", "tiny-clip", "merges.txt")).Skip(1).ToArray();

        ClipVocabulary.Merges().ShouldBe(merges);
        ClipVocabulary.Tokens(merges).OrderBy(token => token.Value).ShouldBe(published.OrderBy(token => token.Value));
    }

    private static List<string> Wrong(ClipTokenizerKind kind, string field)
    {
        var tokenizer = ClipTokenizer.Create(kind);
        var wrong = new List<string>();
        var all = 0;
        foreach (var line in File.ReadLines(SharedFolder.Path("golden", "tokens.jsonl")))
        {
            using var golden = JsonDocument.Parse(line);
            var text = golden.RootElement.GetProperty("text").GetString()!;
            var ids = golden.RootElement.GetProperty(field).EnumerateArray().Select(id => id.GetInt32());
            if (!tokenizer.Encode(text).SequenceEqual(ids)) wrong.Add(text);
            all++;
        }

        all.ShouldBe(3037);
        return wrong;
    }
}
