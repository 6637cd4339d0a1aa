using Memorization.Configuration;
using Memorization.Rows;

namespace Memorization.Objects;

/// <summary>The files that an object names: its references and labels.</summary>
internal static class ObjectFiles
{
    /// <summary>The crops of the object; none where it has no references.</summary>
    /// <exception cref="SetupException">An entry names nothing.</exception>
    public static IReadOnlyList<string> References(ObjectOptions options, string folder) => Find(options, options.References, folder, "references");

    /// <summary>The files with labels that are there. A pattern may match none: nobody has labelled yet.</summary>
    /// <exception cref="SetupException">A path without a pattern names nothing.</exception>
    public static IReadOnlyList<string> Labels(ObjectOptions options, string folder) => Find(options, options.Labels, folder, "labels");

    private static IReadOnlyList<string> Find(ObjectOptions options, IReadOnlyList<string> entries, string folder, string key) =>
        [.. entries.SelectMany(entry =>
        {
            if (string.IsNullOrWhiteSpace(entry)) throw new SetupException($"object {options.Name}: {key} has an empty entry; remove it or name a file");
            var full = Path.GetFullPath(entry, folder);
            var isPattern = entry.Contains('*', StringComparison.Ordinal);
            var found = File.Exists(full) ? [full] : isPattern ? LaionInput.Matches(full).ToList() : [];
            return found.Count > 0 || (isPattern && key == "labels")
                ? found
                : throw new SetupException($"object {options.Name}: {key} names {full}, and there is no such file; relative paths start from {folder}");
        }).Distinct().Order(StringComparer.Ordinal)];
}
