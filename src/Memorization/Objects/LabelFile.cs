using System.Text.Json;
using System.Text.Json.Serialization;
using Memorization.Configuration;

namespace Memorization.Objects;

/// <summary>What a person says of a picture.</summary>
public enum Answer
{
    /// <summary>The object is in it.</summary>
    Yes,

    /// <summary>It is not.</summary>
    No,

    /// <summary>It cannot be told.</summary>
    Unsure,
}

/// <summary>One answer.</summary>
/// <param name="ContentId">The image.</param>
/// <param name="Answer">What was said.</param>
public sealed record LabelAnswer(string ContentId, Answer Answer);

/// <summary>One person's labels, as the labelling page saves them.</summary>
public sealed record LabelFile
{
    /// <summary>The object's name in the study.</summary>
    [JsonPropertyName("object")]
    public required string ObjectName { get; init; }

    /// <summary>Who looked.</summary>
    public required string Labeller { get; init; }

    /// <summary>Seed of the sample.</summary>
    public long Seed { get; init; }

    /// <summary>The images of the sample, in the order in which they were shown.</summary>
    public IReadOnlyList<string> Sample { get; init; } = [];

    /// <summary>The answers so far.</summary>
    public required IReadOnlyList<LabelAnswer> Answers { get; init; }

    internal static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The object that it must be of.</param>
    /// <param name="images">The images of the study.</param>
    /// <exception cref="SetupException">It cannot be read, is of another object, or has an answer that cannot count.</exception>
    public static async Task<LabelFile> ReadAsync(string path, string name, IReadOnlySet<string> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        LabelFile file;
        try
        {
            await using var stream = File.OpenRead(path);
            file = await JsonSerializer.DeserializeAsync<LabelFile>(stream, Json).ConfigureAwait(false) ?? throw new JsonException("the file is empty");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"the labels in {path} cannot be read: {exception.Message.ReplaceLineEndings(" ")}; save them again from the labelling page", exception);
        }

        if (file.ObjectName != name) throw new SetupException($"the labels in {path} are of the object \"{file.ObjectName}\", not of \"{name}\"; name them where that object is");
        if (string.IsNullOrWhiteSpace(file.Labeller)) throw new SetupException($"the labels in {path} have no labeller; write a name into the file");
        var sample = file.Sample.ToHashSet();
        HashSet<string> seen = [];
        foreach (var (answer, i) in file.Answers.Select((answer, i) => ((LabelAnswer?)answer, i + 1)))
        {
            if (answer is null) throw Wrong(i, "is null; save the labels again from the labelling page");
            if (!images.Contains(answer.ContentId)) throw Wrong(i, $"is of the image {answer.ContentId}, which the study does not have; label a sample of this store");
            if (sample.Count > 0 && !sample.Contains(answer.ContentId)) throw Wrong(i, $"is of the image {answer.ContentId}, which is not in the file's own sample; save the labels again");
            if (!seen.Add(answer.ContentId)) throw Wrong(i, $"is {file.Labeller}'s second of the image {answer.ContentId}; keep one of them");
        }

        return file;

        SetupException Wrong(int number, string why) => new(FormattableString.Invariant($"the labels in {path}: answer {number} {why}"));
    }
}
