using System.IO.Enumeration;
using Memorization.Configuration;

namespace Memorization.Rows;

/// <summary>The files that a study's <c>input</c> names: paths, and patterns in which <c>*</c> stands for any part of a name and <c>**</c> for any folders.</summary>
public static class LaionInput
{
    private static readonly EnumerationOptions AllEntries = new() { AttributesToSkip = 0 };

    /// <summary>The files' full paths, each once, in ordinal order. As in a shell, names that begin with a dot are left out unless the pattern says so; <c>**</c> follows no links.</summary>
    /// <param name="input">Paths and patterns, absolute or relative to <paramref name="baseFolder"/>.</param>
    /// <param name="baseFolder">The folder that relative entries start from.</param>
    /// <exception cref="SetupException">The list is empty, or an entry names nothing.</exception>
    public static IReadOnlyList<string> Files(IReadOnlyList<string> input, string baseFolder)
    {
        if (input.Count == 0) throw new SetupException("input lists no files; name at least one Parquet file or pattern");
        return [.. input.SelectMany(entry => Files(entry, baseFolder)).Distinct().Order(StringComparer.Ordinal)];
    }

    private static List<string> Files(string entry, string baseFolder)
    {
        if (string.IsNullOrWhiteSpace(entry)) throw new SetupException("input has an empty entry; remove it or name a Parquet file");
        var full = Path.GetFullPath(entry, Path.GetFullPath(baseFolder));
        if (File.Exists(full)) return [full];
        if (Directory.Exists(full)) throw new SetupException($"input: {full} is a folder; name the files in it, as in {Path.Combine(entry, "*.parquet")}");
        if (!entry.Contains('*', StringComparison.Ordinal))
            throw new SetupException($"input: there is no file {full}; relative paths start from {Path.GetFullPath(baseFolder)}");

        return Matches(full).ToList() is { Count: > 0 } files
            ? files
            : throw new SetupException($"input: no file matches {full}; relative patterns start from {Path.GetFullPath(baseFolder)}");
    }

    /// <summary>The files that a pattern matches.</summary>
    /// <param name="full">The pattern, absolute.</param>
    internal static IEnumerable<string> Matches(string full)
    {
        var root = Path.GetPathRoot(full)!;
        var steps = full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        if (steps[^1] == "**") steps = [.. steps, "*"];
        return Matches(new DirectoryInfo(root), steps);
    }

    private static IEnumerable<string> Matches(DirectoryInfo folder, ReadOnlyMemory<string> steps)
    {
        var step = steps.Span[0];
        var rest = steps[1..];
        if (step == "**")
        {
            var below = folder.EnumerateDirectories("*", AllEntries).Where(child => IsVisible(child.Name, step) && child.LinkTarget is null);
            return Matches(folder, rest).Concat(below.SelectMany(child => Matches(child, steps)));
        }

        if (rest.IsEmpty) return folder.EnumerateFiles("*", AllEntries).Where(file => IsMatch(file.Name, step)).Select(file => file.FullName);
        if (step.Contains('*', StringComparison.Ordinal))
            return folder.EnumerateDirectories("*", AllEntries).Where(child => IsMatch(child.Name, step)).SelectMany(child => Matches(child, rest));

        // Folders without a pattern need not be listable.
        var next = new DirectoryInfo(Path.Combine(folder.FullName, step));
        return next.Exists ? Matches(next, rest) : [];
    }

    private static bool IsMatch(string name, string pattern) => IsVisible(name, pattern) && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private static bool IsVisible(string name, string pattern) => name[0] != '.' || pattern[0] == '.';
}
