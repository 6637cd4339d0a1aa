using System.Text.Json.Serialization;
using Memorization.Analysis;

namespace Memorization.Export;

/// <summary>A file of an export.</summary>
/// <param name="File">Relative to the export's folder, with forward slashes.</param>
/// <param name="Rows">Rows or, in a tar, samples.</param>
public sealed record ExportedFile(string File, long Rows);

/// <summary>What an export wrote.</summary>
/// <param name="Format">Its name on the command line.</param>
/// <param name="Rows">Rows of the study that it covers.</param>
/// <param name="Files">All files, in the order in which they were written.</param>
/// <param name="WithoutBytes">Stored rows whose bytes an export of images lacks.</param>
public sealed record Exported(string Format, long Rows, IReadOnlyList<ExportedFile> Files, [property: JsonIgnore] long WithoutBytes = 0)
{
    /// <summary>What using a keep list does; null in other formats.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DropEffect? Effect { get; init; }
}
