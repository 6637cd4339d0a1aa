using System.Text.Json.Serialization;
using Parquet.Serialization.Attributes;

namespace Memorization.Store;

/// <summary>The metadata of an image outside any study; the columns' names are clip-retrieval's.</summary>
public sealed record ClipImageRow
{
    /// <summary>The image's path.</summary>
    [JsonPropertyName("image_path"), ParquetRequired] public string Path { get; set; } = "";
}

/// <summary>The metadata of a caption outside any study.</summary>
public sealed record ClipCaptionRow
{
    /// <summary>The caption.</summary>
    [JsonPropertyName("caption"), ParquetRequired] public string Caption { get; set; } = "";
}
