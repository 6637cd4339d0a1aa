using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Memorization.Analysis;
using Memorization.Configuration;

namespace Memorization.Replication;

/// <summary>A caption that a model is asked for images of, and what it is meant to bring back: a line of <c>probe --json</c>.</summary>
/// <param name="Caption">The prompt.</param>
public sealed record Probe([property: JsonRequired] string Caption)
{
    /// <summary>The family that it is made for; null for a caption without one.</summary>
    public string? Family { get; init; }

    /// <summary>What kind of caption it is (keywords, short, long, unrelated, without_keyword, control, object); null for a caption of the user's.</summary>
    public string? Kind { get; init; }

    /// <summary>The training caption that is nearest to it.</summary>
    public string? NearestCaption { get; init; }

    /// <summary>How near, by the text tower; null without one.</summary>
    public double? Cosine { get; init; }

    /// <summary>Names the caption: 16 hexadecimal digits of its XXH128. Equal captions, one set of images.</summary>
    [JsonIgnore]
    public string Id => Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(Caption)))[..16];

    /// <summary>Reads probes: a caption a line, or a JSON object a line; empty lines are skipped.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="source">What errors call them.</param>
    /// <exception cref="SetupException">A line begins as JSON and is none, or has no caption; or there is no line.</exception>
    public static IReadOnlyList<Probe> Read(IEnumerable<string> lines, string source)
    {
        List<Probe> probes = [];
        foreach (var (line, number) in lines.Select((line, i) => (line, i + 1)).Where(line => !string.IsNullOrWhiteSpace(line.line)))
        {
            try
            {
                probes.Add(line.StartsWith('{') ? JsonSerializer.Deserialize<Probe>(line, JsonOutput.Line)! : new Probe(line));
            }
            catch (JsonException exception)
            {
                throw new SetupException($"{source}: line {number} is not a probe: {exception.Message.ReplaceLineEndings(" ")}; it must be a caption, or JSON such as {{\"caption\": \"a starry night\"}}", exception);
            }

            if (string.IsNullOrWhiteSpace(probes[^1].Caption)) throw new SetupException($"{source}: line {number} has an empty caption");
        }

        return probes.Count > 0 ? probes : throw new SetupException($"{source} has no line: give one caption a line, or what `memorization probe STUDY --json` prints");
    }
}
