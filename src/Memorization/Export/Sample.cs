using System.Text.Json.Serialization;
using Memorization.Flow;
using Parquet.Serialization.Attributes;

namespace Memorization.Export;

/// <summary>What img2dataset says of a row, in the Parquet file beside a shard and in the JSON member of a sample; the names are its own up to url.</summary>
internal sealed record Sample
{
    [JsonPropertyName("key"), ParquetRequired] public string Key { get; set; } = "";
    [JsonPropertyName("status"), ParquetRequired] public string Status { get; set; } = "";
    [JsonPropertyName("error_message")] public string? ErrorMessage { get; set; }
    [JsonPropertyName("width")] public int? Width { get; set; }
    [JsonPropertyName("height")] public int? Height { get; set; }
    [JsonPropertyName("original_width")] public int? OriginalWidth { get; set; }
    [JsonPropertyName("original_height")] public int? OriginalHeight { get; set; }
    [JsonPropertyName("sha256")] public string? Sha256 { get; set; }
    [JsonPropertyName("caption"), ParquetRequired] public string Caption { get; set; } = "";
    [JsonPropertyName("url")] public string? Url { get; set; }
    [JsonPropertyName("row_key"), ParquetRequired] public string RowKey { get; set; } = "";
    [JsonPropertyName("family")] public string? Family { get; set; }

    public const string Success = "success";
    private const string FailedToDownload = "failed_to_download";
    private const string FailedToResize = "failed_to_resize";

    /// <summary>Whether the row's image is stored and its bytes are not.</summary>
    [JsonIgnore, ParquetIgnore] public bool LacksBytes { get; private set; }

    /// <summary>What to say of a row.</summary>
    public static Sample Of(SampleRow row, string key)
    {
        var sample = new Sample { Key = key, Sha256 = row.ContentId, Caption = row.Caption, Url = row.Url, RowKey = row.RowKey, Family = row.Family };
        if (row.Reason is { } reason)
        {
            // img2dataset has two failures: before there are bytes, and with them.
            sample.Status = Enum.TryParse<Reason>(reason, out var known) && known.Stage() > StageName.Fetch ? FailedToResize : FailedToDownload;
            sample.ErrorMessage = row.Detail is null ? reason : $"{reason}: {row.Detail}";
            return sample;
        }

        // Images are as received: nothing was resized.
        (sample.Width, sample.Height, sample.OriginalWidth, sample.OriginalHeight) = (row.Width, row.Height, row.Width, row.Height);
        sample.LacksBytes = row.Place is null;
        sample.Status = sample.LacksBytes ? FailedToDownload : Success;
        sample.ErrorMessage = sample.LacksBytes ? "bytes not kept" : null;
        return sample;
    }
}
