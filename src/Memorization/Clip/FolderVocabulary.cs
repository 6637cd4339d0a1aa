using System.Text.Json;
using Memorization.Captions;

namespace Memorization.Clip;

/// <summary>Holds a folder's tokenizer files against the only vocabulary that this program tokenizes with: CLIP's.</summary>
internal static class FolderVocabulary
{
    public const string TokensName = "vocab.json";
    public const string MergesName = "merges.txt";
    public const string WholeName = "tokenizer.json";

    /// <summary>Throws unless the files that are there hold CLIP's tokens and merges; a folder without any is taken at its vocab_size's word.</summary>
    /// <exception cref="InvalidDataException">The vocabulary is another; the message names the file and the first difference.</exception>
    public static void Check(string folder, int vocabulary)
    {
        var merges = ClipVocabulary.Merges();
        var tokens = ClipVocabulary.Tokens(merges);
        string whole = Path.Combine(folder, WholeName), words = Path.Combine(folder, TokensName), pairs = Path.Combine(folder, MergesName);
        if (vocabulary < tokens.Count) throw new InvalidDataException($"{Path.Combine(folder, ClipConfig.FileName)}: vocab_size is {vocabulary}; CLIP's tokenizer has {tokens.Count} tokens");
        if (File.Exists(words)) CheckTokens(words, JsonGroup.Read(words), tokens);
        if (File.Exists(pairs)) CheckMerges(pairs, File.ReadLines(pairs).Where((line, i) => line.Length > 0 && !(i == 0 && line.StartsWith("#version", StringComparison.Ordinal))), merges);
        if (!File.Exists(whole)) return;
        var model = JsonGroup.Read(whole).Group("model") ?? throw new InvalidDataException($"{whole} has no model");
        CheckTokens(whole, model.Group("vocab") ?? throw new InvalidDataException($"{whole} has no model.vocab"), tokens);
        if (model.Find("merges") is { ValueKind: JsonValueKind.Array } list) CheckMerges(whole, list.EnumerateArray().Select(Pair), merges);
    }

    private static void CheckTokens(string path, JsonGroup theirs, Dictionary<string, int> ours)
    {
        var same = 0;
        foreach (var token in theirs.Element.EnumerateObject())
        {
            if (!ours.TryGetValue(token.Name, out var id) || token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out var other) || other != id)
                throw Other(path, $"its token \"{token.Name}\" is {token.Value}");
            same++;
        }

        if (same != ours.Count) throw Other(path, $"it has {same} tokens, not {ours.Count}");
    }

    private static void CheckMerges(string path, IEnumerable<string> theirs, string[] ours)
    {
        var list = theirs.ToList();
        var same = list.Zip(ours).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same < ours.Length || list.Count != ours.Length) throw Other(path, $"its merges differ from number {same + 1} on");
    }

    // "a b" in older files, ["a", "b"] in newer ones.
    private static string Pair(JsonElement merge) => merge.ValueKind == JsonValueKind.Array
        ? string.Join(' ', merge.EnumerateArray().Select(part => part.ToString()))
        : merge.ToString();

    private static InvalidDataException Other(string path, string why) =>
        new($"{path} is not CLIP's vocabulary, the only one that this program tokenizes with: {why}");
}
