using System.ComponentModel.DataAnnotations;
using Memorization.Captions;

namespace Memorization.Objects;

/// <summary>What tells whether an object is in a picture.</summary>
public enum DetectorKind
{
    /// <summary>A CLIP's text tower: tiles are compared with descriptions of the object and of other things.</summary>
    Prompts,

    /// <summary>Any image encoder: tiles are compared with crops of the object.</summary>
    References,
}

/// <summary>How the threshold is chosen from labelled images.</summary>
public enum ThresholdRule
{
    /// <summary>The largest sum of sensitivity and specificity (Youden 1950).</summary>
    Youden,

    /// <summary>The lowest threshold whose false positives are at most the wanted share.</summary>
    FalsePositiveRate,
}

/// <summary>An object that may be in pictures whose captions do not name it.</summary>
public sealed record ObjectOptions
{
    /// <summary>A name of letters, digits, hyphens, dots and underscores, for files and tables; each object of a study has its own.</summary>
    public string Name { get; init; } = "";

    /// <summary>What people are asked for when they label pictures, as in "a flag of the United States". Default null: the name.</summary>
    public string? Description { get; init; }

    /// <summary>The rows in question: those whose caption has every word of this set.</summary>
    public string Keyword { get; init; } = "";

    /// <summary>Word sets that name the object: a caption with every word of one of them is left to the rows that name it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Word sets of comparable rows, each compared with the keyword's; make them keywords of the study, or the store has none of their rows.</summary>
    public IReadOnlyList<string> Controls { get; init; } = [];

    /// <summary>Descriptions of the object for a CLIP with a text tower, as in "a photo of an American flag".</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];

    /// <summary>Descriptions of what is there instead; a tile is the object's as far as the prompts fit it better than these.</summary>
    public IReadOnlyList<string> Contrast { get; init; } = [];

    /// <summary>Crops of the object: image files and patterns with * and **, relative to the study file.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Which detector is used: prompts or references. Default null: the one that the object has.</summary>
    public DetectorKind? Detector { get; init; }

    /// <summary>Sides of the tiles as shares of the picture's shorter side, besides the whole picture. Default null: 1, 1/2 and 1/3 for prompts; 0.7, 0.5 and 0.35 for references.</summary>
    public IReadOnlyList<double>? Scales { get; init; }

    /// <summary>The share of a tile's side that its neighbour has in common with it, at least. Default null: 0.5 for prompts, 0.8 for references, which tell an object only where a tile has it in the same place.</summary>
    [Range(0.0, 0.9)]
    public double? Overlap { get; init; }

    /// <summary>The score from which on a picture has the object. Default null: chosen from the labels; without any, 0.5 for prompts and the model's own similarity for references.</summary>
    [Range(-1.0, 1.0)]
    public double? Threshold { get; init; }

    /// <summary>How the threshold is chosen from the labels: youden or falsePositiveRate. Default youden.</summary>
    public ThresholdRule Rule { get; init; } = ThresholdRule.Youden;

    /// <summary>The share of pictures without the object that may be called positive, where the rule is falsePositiveRate. Default 0.05.</summary>
    [Range(0.0, 1.0)]
    public double FalsePositiveRate { get; init; } = 0.05;

    /// <summary>Files with people's labels, as the labelling page saves them: paths and patterns with * and **, relative to the study file. A pattern may match nothing yet.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Rows drawn of each group besides the keyword's, at most: a control or all other rows may be many. Default 2,000.</summary>
    [Range(1, 10_000_000)]
    public int SampleRows { get; init; } = 2000;

    /// <summary>Seed of everything that is drawn: sampled rows, folds, bootstrap. Default 1.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>The detector that is used.</summary>
    internal DetectorKind Kind => Detector ?? (References.Count > 0 ? DetectorKind.References : DetectorKind.Prompts);

    /// <summary>The tiles' sides, as <see cref="Scales"/> says or leaves open.</summary>
    internal IReadOnlyList<double> TileScales => Scales ?? (Kind == DetectorKind.Prompts ? [1, 1 / 2.0, 1 / 3.0] : [0.7, 0.5, 0.35]);

    /// <summary>The tiles' overlap, as <see cref="Overlap"/> says or leaves open.</summary>
    internal double TileOverlap => Overlap ?? (Kind == DetectorKind.Prompts ? 0.5 : 0.8);

    /// <summary>What people are asked for.</summary>
    internal string Asked => Description ?? Name.Replace('-', ' ');

    /// <summary>The options without the names of files.</summary>
    internal ObjectOptions WithoutPaths() => this with { References = [], Labels = [] };

    /// <summary>What is wrong with it, as the end of a sentence that begins with its key; null if nothing is.</summary>
    internal string? Contradiction()
    {
        if (Name.Length is 0 or > 64 || !char.IsAsciiLetterOrDigit(Name[0]) || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            return $"name is \"{Name}\"; it must be 1 to 64 letters, digits, hyphens, dots and underscores, a letter or digit first";
        foreach (var (key, set) in Aliases.Select(set => ("aliases", set)).Concat(Controls.Select(set => ("controls", set))).Prepend(("keyword", Keyword)))
            if (CaptionWords.Of(set).Count == 0) return $"{key} has \"{set}\", which has no word; write words as they stand in captions";
        if (Scales?.Any(scale => !(scale is >= 0.05 and <= 1)) == true) return "scales has a value that is not between 0.05 and 1";
        if (Detector is null && Prompts.Count > 0 && References.Count > 0) return "detector is null and there are both prompts and references; set it to prompts or references";
        if (Kind == DetectorKind.References && References.Count == 0) return "references is empty; name image files of the object";
        if (Kind == DetectorKind.Prompts && (Prompts.Count == 0 || Contrast.Count == 0))
            return "prompts or contrast is empty; describe the object in prompts and other things in contrast, or name crops of it in references";
        return null;
    }

    /// <summary>What is wrong with a study's objects, as the end of a sentence that begins with their key; null if nothing is.</summary>
    internal static string? Contradiction(IReadOnlyList<ObjectOptions> objects)
    {
        for (var i = 0; i < objects.Count; i++)
            if (objects[i].Contradiction() is { } wrong) return $"[{i}].{wrong}";
        return objects.GroupBy(one => one.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { Key: var twice }
            ? $" has the name \"{twice}\" twice; give each object its own" : null;
    }
}
