using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Memorization.Configuration;

namespace Memorization.Replication.Scoring;

/// <summary>Images of a WebDataset shard: members that follow one another and share a name up to the first dot are one sample.</summary>
internal static class ShardImages
{
    /// <summary>Reads a shard, one sample in memory at a time.</summary>
    /// <exception cref="SetupException">It is no tar, or ends early.</exception>
    public static IEnumerable<GivenImage> Read(string file, string name)
    {
        using var stream = File.OpenRead(file);
        using var tar = new TarReader(stream);
        var (key, caption, seed, image) = ("", (string?)null, (long?)null, (byte[]?)null);
        while (Next(tar, file) is { } member)
        {
            var folder = member.Name.LastIndexOf('/') + 1;
            var dot = member.Name.IndexOf('.', folder);
            if (dot < 0) continue;
            if (member.Name[..dot] != key)
            {
                if (image is not null) yield return new GivenImage($"{name}/{key}", caption, seed, image);
                (key, caption, seed, image) = (member.Name[..dot], null, null, null);
            }

            var extension = member.Name[dot..];
            if (GivenImage.IsImage(extension)) image = member.Bytes;
            else if (extension == ".txt") caption = Encoding.UTF8.GetString(member.Bytes).Trim();
            else if (extension == ".json") (caption, seed) = Facts(member.Bytes, caption, seed);
        }

        if (image is not null) yield return new GivenImage($"{name}/{key}", caption, seed, image);
    }

    private static (string Name, byte[] Bytes)? Next(TarReader tar, string file)
    {
        try
        {
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is not { } data) continue; // a folder, or an empty member
                using var bytes = new MemoryStream();
                data.CopyTo(bytes);
                return (entry.Name, bytes.ToArray());
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or FormatException)
        {
            throw new SetupException($"{file} is not a tar that can be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    // What is not JSON, or has no such keys, says nothing.
    private static (string? Caption, long? Seed) Facts(byte[] json, string? caption, long? seed)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return (caption, seed);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name is "caption" or "prompt" && property.Value.ValueKind == JsonValueKind.String) caption ??= property.Value.GetString();
                else if (property.Name == "seed" && property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var number)) seed = number;
            }
        }
        catch (JsonException)
        {
        }

        return (caption, seed);
    }
}
