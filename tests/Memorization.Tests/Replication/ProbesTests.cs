using System.Runtime.CompilerServices;
using Memorization.Captions;
using Memorization.Clip;
using Memorization.Embedding;
using Memorization.Replication;
using Memorization.Replication.Probing;
using Memorization.Tests.Report;
using Memorization.Tests.Store;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Replication;

public sealed class ProbesTests : IDisposable
{
    private static readonly string[] Keywords = ["sunflower", "van gogh"];

    private readonly MadeStore _store = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    // Mean places: almond (0, 0, 0.4), blossoming (0.2, 0.2, 0.6), van (0.6, 0.6, 0), print 0.8.
    [Fact]
    public async Task The_five_kinds_and_controls_are_made_of_the_familys_words()
    {
        await WriteAsync();
        var probes = await MakeAsync(each: 1);
        var first = probes.Where(probe => probe.Family == MadeRows.Content(0)).ToList();
        first.Select(probe => (probe.Kind, probe.Caption)).ShouldBe(
        [
            ("keywords", "almond blossoming van gogh print"),
            ("short", "a picture of almond blossoming van gogh print"),
            ("long", "a detailed picture of almond blossoming van gogh print on the white wall of a quiet room, seen from the front in soft daylight, every colour clear and every line in focus"),
            ("unrelated", "a delivery truck in the rain with almond blossoming van gogh print painted on its side"),
            ("without_keyword", "a detailed picture of almond blossoming print on the white wall of a quiet room, seen from the front in soft daylight, every colour clear and every line in focus"),
            ("control", "blossoming van gogh print"),
            ("control", "print gogh van blossoming almond"),
            ("control", "almond flowering van gogh poster"),
            ("control", "a plain grey wall behind"),
        ]);

        // Mean places: vase (1/3, 1/5), blue (2/3, 0), table 4/5. No keyword of the study in it: its most frequent word, of equals the first in the alphabet, is left out instead.
        var second = probes.Where(probe => probe.Family == MadeRows.Content(4)).ToList();
        second.Single(probe => probe.Kind == "keywords").Caption.ShouldBe("vase blue table");
        var without = CaptionWords.Of(second.Single(probe => probe.Kind == "without_keyword").Caption);
        (without.Contains("vase"), without.Contains("blue")).ShouldBe((true, false));
        probes.Select(probe => probe.Kind).Distinct().ShouldBe(["keywords", "short", "long", "unrelated", "without_keyword", "control"]);
    }

    [Fact]
    public async Task More_of_each_kind_all_differ_and_objects_are_named_without_a_family()
    {
        await WriteAsync();
        var probes = await MakeAsync(Probes.MostOfAKind, "an astronaut");
        probes.Distinct().Count().ShouldBe(probes.Count);
        foreach (var kind in (string[])["short", "long", "unrelated", "without_keyword"]) probes.Count(probe => probe.Kind == kind && probe.Family == MadeRows.Content(0)).ShouldBe(4);
        probes.Where(probe => probe.Kind == "object").ShouldAllBe(probe => probe.Family == null && probe.Caption.Contains("an astronaut"));
        probes.Count(probe => probe.Kind == "object").ShouldBe(4);
        new ClipTokenizerLength().Longest(probes).ShouldBeLessThanOrEqualTo(77);
    }

    [Fact]
    public async Task Without_a_text_tower_the_nearest_caption_shares_most_words()
    {
        await WriteAsync();
        var probes = await MakeAsync(each: 1);
        probes.ShouldAllBe(probe => probe.Cosine == null);

        // Five words each: all five shared with the third row; four of six with the first two.
        probes.First(probe => probe.Kind == "keywords").NearestCaption.ShouldBe("Van Gogh almond blossoming print");
        probes.Single(probe => probe.Caption == "vase blue table").NearestCaption.ShouldBe("blue vase on a table"); // three of five words, two of four with the other
        probes.First(probe => probe.Caption == "a plain grey wall behind").NearestCaption.ShouldBe("a vase, blue"); // "a" alone is shared: of both captions with one the shorter
    }

    [Fact]
    public async Task With_a_text_tower_it_is_the_one_of_highest_cosine()
    {
        await WriteAsync();
        var folder = _folder.File("clip");
        RandomClip.Write(folder, ClipArchitecture.Known.Single(known => known.Name == "tiny"), 3);
        var model = new ModelOptions { Path = folder };
        using var database = await _store.OpenAsync();
        var probes = await Probes.MakeAsync(database, Keywords, 10, 1, [], model);
        using var encoder = TextEncoder.Open(model);
        string[] captions = ["Almond blossoming by van Gogh", "Van Gogh almond blossoming print", "a vase, blue", "blue vase on a table"];
        var trained = encoder.Embed(captions);
        foreach (var probe in probes)
        {
            var own = encoder.Embed([probe.Caption])[0]!;

            // Only captions that share a word are looked at.
            var words = CaptionWords.Of(probe.Caption);
            var cosines = captions.Zip(trained, (caption, other) => (caption, Cosine: own.Zip(other!, (a, b) => (double)a * b).Sum())).Where(pair => CaptionWords.Of(pair.caption).Intersect(words).Any()).ToList();
            if (cosines.Count == 0)
            {
                (probe.NearestCaption, probe.Cosine).ShouldBe((null, null));
                continue;
            }

            probe.Cosine!.Value.ShouldBe(cosines.Max(pair => pair.Cosine), 1e-5);
            probe.NearestCaption.ShouldBe(cosines.MaxBy(pair => pair.Cosine).caption);
        }
    }

    [Fact]
    public async Task A_language_models_captions_take_the_templates_place_if_they_are_of_their_kind()
    {
        await WriteAsync();
        using var client = new FakeChat("""
            ```json
            {"short": ["almond branches in bloom", "almond branches in bloom", 5], "long": "no list", "unrelated": ["a bus without the words", "van gogh eats an almond and a print while blossoming"],
             "without_keyword": ["a vincent van gogh of branches", "pale branches before a clear sky"], "synonyms": ["the painter's white flowers", "almond"]}
            ```
            """);
        var (cache, writer) = (_folder.File("probes"), (ProbeWriter?)null);
        for (var run = 0; run < 2; run++)
        {
            writer = new ProbeWriter(client, "m", cache);
            using var database = await _store.OpenAsync();
            var probes = (await Probes.MakeAsync(database, Keywords, 1, 1, [], new ModelOptions(), writer)).ToLookup(probe => probe.Kind, probe => probe.Caption);
            probes["short"].ShouldBe(["almond branches in bloom"]);
            probes["long"].Single().ShouldStartWith("a detailed picture of almond"); // none was written
            probes["unrelated"].ShouldBe(["van gogh eats an almond and a print while blossoming"]);
            probes["without_keyword"].ShouldBe(["pale branches before a clear sky"]);
            probes["control"].ShouldContain("the painter's white flowers");
            probes["control"].ShouldNotContain("almond");
            writer.Refused.ShouldBe(3);
            writer.Asked.ShouldBe(run == 0 ? 1 : 0); // the second time the answer is kept
        }

        client.Questions.ShouldHaveSingleItem().ShouldContain("Words of its captions: almond, blossoming, van, gogh, print.");
        client.Questions[0].ShouldContain("\"Almond blossoming by van Gogh\"");
    }

    [Fact]
    public void Synonyms_replace_words_that_are_not_the_keywords_and_only_where_there_are_some()
    {
        Synonyms.Replace(["vase", "blue", "table"], ["vase", "blue", "table"]).ShouldBe("vase azure desk");
        Synonyms.Replace(["night", "print"], ["print"]).ShouldBe("night poster");
        Synonyms.Replace(["vase"], ["vase"]).ShouldBeNull();
    }

    private Task WriteAsync() => _store.WriteAsync(
    [
        new(1, 0, 1) { Caption = "Almond blossoming by van Gogh" }, new(2, 0, 1) { Caption = "Almond blossoming by van Gogh" }, new(3, 0, 1) { Caption = "Van Gogh almond blossoming print" },
        new(4, 4, 2) { Caption = "a vase, blue" }, new(5, 4, 2) { Caption = "blue vase on a table" }, new(6, 5, 3) { Caption = "!" },
    ]);

    private async Task<IReadOnlyList<Probe>> MakeAsync(int each, params string[] objects)
    {
        using var database = await _store.OpenAsync();
        return await Probes.MakeAsync(database, Keywords, 10, each, objects, new ModelOptions());
    }

    private sealed class FakeChat(string answer) : IChatClient
    {
        public List<string> Questions { get; } = [];

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Questions.Add(messages.Last().Text);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer)));
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates()) yield return update;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    // Captions are cut at CLIP's 77 ids: a probe that is longer would not ask for what it says.
    private sealed class ClipTokenizerLength
    {
        private readonly ClipTokenizer _tokenizer = ClipTokenizer.Create();

        public int Longest(IEnumerable<Probe> probes) => probes.Max(probe => _tokenizer.Count(probe.Caption));
    }
}
