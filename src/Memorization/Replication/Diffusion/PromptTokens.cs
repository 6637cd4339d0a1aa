using System.Text.Json;
using Memorization.Captions;
using Memorization.Clip;

namespace Memorization.Replication.Diffusion;

/// <summary>Prompts as the token ids that Stable Diffusion's text encoder was trained on: cut to <see cref="Context"/> and padded to it.</summary>
/// <remarks>
/// Stable Diffusion 1 pads with the end token, 2 with the id of "!". transformers then also takes every "!" of a prompt for that token, whatever stands
/// beside it, and so does this.
/// </remarks>
internal sealed class PromptTokens
{
    /// <summary>Ids of a prompt.</summary>
    public const int Context = TextTowerConfig.ClipContext;

    private readonly ClipTokenizer _tokenizer = ClipTokenizer.Create();
    private readonly string _pad;
    private readonly int _padId;

    /// <param name="folder">The model's tokenizer folder.</param>
    /// <exception cref="InvalidDataException">The vocabulary is not CLIP's, or the padding token is not in it.</exception>
    public PromptTokens(string folder)
    {
        FolderVocabulary.Check(folder, TextTowerConfig.ClipVocabulary);
        _pad = PadToken(folder);
        _padId = ClipVocabulary.Tokens(ClipVocabulary.Merges()).TryGetValue(_pad, out var id) ? id : throw new InvalidDataException($"{folder}: the pad_token \"{_pad}\" is not in CLIP's vocabulary");
    }

    /// <summary>The prompt's ids: start token, words, end token, padding.</summary>
    public int[] Encode(string prompt)
    {
        List<int> ids = [ClipTokenizer.StartId];
        string[] parts = _padId == ClipTokenizer.EndId ? [prompt] : prompt.Split(_pad);
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > 0) ids.Add(_padId);
            ids.AddRange(_tokenizer.Encode(parts[i]).SkipLast(1).Skip(1));
        }

        return [.. ids.Take(Context - 1), ClipTokenizer.EndId, .. Enumerable.Repeat(_padId, Math.Max(0, Context - 1 - ids.Count))];
    }

    // Files from before the table of added tokens name it in the map, which then goes before the configuration.
    private static string PadToken(string folder)
    {
        var config = Read(folder, "tokenizer_config.json");
        var map = Read(folder, "special_tokens_map.json");
        var (first, second) = config?.Find("added_tokens_decoder") is null ? (map, config) : (config, map);
        return Token(first) ?? Token(second) ?? ClipVocabulary.End;
    }

    private static string? Token(JsonGroup? file) => file?.Find("pad_token") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } => file.Value.Group("pad_token")!.Value.Text("content", ClipVocabulary.End),
        _ => file.Value.Text("pad_token", ClipVocabulary.End),
    };

    private static JsonGroup? Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? JsonGroup.Read(path) : null;
    }
}
