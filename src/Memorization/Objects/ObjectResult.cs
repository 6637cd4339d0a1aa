using System.Text.Json.Serialization;

namespace Memorization.Objects;

/// <summary>What an object was detected with.</summary>
/// <param name="Kind">By prompts or by references.</param>
/// <param name="Fingerprint">Names everything that a score depends on besides the picture.</param>
/// <param name="Model">The model's name.</param>
/// <param name="ModelId">SHA-256 of weights, preprocessing and precision.</param>
/// <param name="ModelDescription">A sentence or two on it.</param>
/// <param name="Scales">Sides of tiles as shares of the shorter side.</param>
/// <param name="Overlap">Least share that neighbouring tiles have in common.</param>
/// <param name="Aspect">Width of a tile divided by its height, in pixels.</param>
/// <param name="References">Crops; 0 with prompts.</param>
public sealed record DetectorFacts(DetectorKind Kind, string Fingerprint, string Model, string ModelId, string ModelDescription, IReadOnlyList<double> Scales, double Overlap, double Aspect, int References);

/// <summary>Distinct images of all groups together.</summary>
/// <param name="Wanted">All.</param>
/// <param name="Original">Those whose bytes were kept.</param>
/// <param name="Thumbnail">Those of which only a thumbnail was.</param>
/// <param name="WithoutPixels">Those of which neither was.</param>
/// <param name="Unreadable">Those that could not be read or decoded.</param>
/// <param name="WithoutScore">Those for which the model gave nothing.</param>
/// <param name="Scored">Those with a score.</param>
/// <param name="ScoredNow">Of these, those that were scored now and not before.</param>
/// <param name="TilesNow">Tiles that were embedded for these.</param>
public sealed record ImageCounts(long Wanted, long Original, long Thumbnail, long WithoutPixels, long Unreadable, long WithoutScore, long Scored, long ScoredNow, long TilesNow);

/// <summary>What people's labels say.</summary>
/// <param name="Labellers">Who labelled.</param>
/// <param name="Images">Images that somebody labelled.</param>
/// <param name="Yes">Images of which all said yes.</param>
/// <param name="No">Images of which all said no.</param>
/// <param name="Unsure">Images of which all were unsure.</param>
/// <param name="WithoutScore">Images that all agree on and that have no score, so that they calibrate nothing.</param>
/// <param name="Agreements">Each pair of people.</param>
/// <param name="Disagreements">Images with different answers; they calibrate nothing.</param>
public sealed record LabelFacts(
    IReadOnlyList<string> Labellers, long Images, long Yes, long No, long Unsure, long WithoutScore, IReadOnlyList<Agreement> Agreements, IReadOnlyList<Disagreement> Disagreements);

/// <summary>A picture of the gallery, with its best tile.</summary>
/// <param name="ContentId">The image.</param>
/// <param name="Score">Its score.</param>
/// <param name="Caption">The caption of its row with the smallest key.</param>
/// <param name="Url">That row's URL.</param>
/// <param name="Tile">The best tile, as shares of the picture that was looked at.</param>
/// <param name="Width">Width of the preview in pixels.</param>
/// <param name="Height">Its height.</param>
/// <param name="Preview">The preview's JPEG in Base64.</param>
public sealed record GalleryPicture(string ContentId, double Score, string Caption, string Url, Tile Tile, int Width, int Height, string Preview);

/// <summary>What is known of one object in a study.</summary>
public sealed record ObjectResult
{
    /// <summary>The object's name in the study.</summary>
    public required string Name { get; init; }

    /// <summary>What people are asked for.</summary>
    public required string Description { get; init; }

    /// <summary>Whose rows are in question.</summary>
    public required string Keyword { get; init; }

    /// <summary>Word sets that name the object.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>The snapshot that was looked at.</summary>
    public required long Snapshot { get; init; }

    /// <summary>The object's options, as they were.</summary>
    public required ObjectOptions Options { get; init; }

    /// <summary>What it was detected with.</summary>
    public required DetectorFacts Detector { get; init; }

    /// <summary>Distinct images.</summary>
    public required ImageCounts Images { get; init; }

    /// <summary>People's labels.</summary>
    public required LabelFacts Labels { get; init; }

    /// <summary>The threshold and how often it is right.</summary>
    public required Calibration Calibration { get; init; }

    /// <summary>Not named and named rows of the keyword, of each control, and of all others.</summary>
    public required IReadOnlyList<GroupEstimate> Groups { get; init; }

    /// <summary>The keyword's rows, not named, against each other group, not named.</summary>
    public required IReadOnlyList<RatioEstimate> Ratios { get; init; }

    /// <summary>The keyword's pictures, not named, with the highest scores.</summary>
    [JsonIgnore]
    public IReadOnlyList<GalleryPicture> Gallery { get; init; } = [];

    /// <summary>The result without pictures, captions, paths and people's names, for sharing.</summary>
    /// <param name="nameOf">What stands for a content id.</param>
    internal ObjectResult Redacted(Func<string, string> nameOf)
    {
        var people = Labels.Labellers.Select((labeller, i) => (labeller, Name: FormattableString.Invariant($"person {i + 1}"))).ToDictionary(person => person.labeller, person => person.Name);
        return this with
        {
            Options = Options.WithoutPaths(),
            Gallery = [],
            Rows = [],
            Labels = Labels with
            {
                Labellers = [.. Labels.Labellers.Select(labeller => people[labeller])],
                Agreements = [.. Labels.Agreements.Select(pair => pair with { First = people[pair.First], Second = people[pair.Second] })],
                Disagreements = [.. Labels.Disagreements.Select(one => new Disagreement(nameOf(one.ContentId), one.Answers.ToDictionary(answer => people[answer.Key], answer => answer.Value)))],
            },
        };
    }

    /// <summary>Each row with a score, for the tables.</summary>
    [JsonIgnore]
    internal IReadOnlyList<ScoredRow> Rows { get; init; } = [];
}

/// <summary>A row, and what was found in its image.</summary>
internal sealed record ScoredRow(ObjectGroup Group, ObjectRow Row, ScoreRecord Score, bool IsPositive, bool? Label);
