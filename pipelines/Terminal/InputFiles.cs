using Memorization.Configuration;

namespace Memorization.Pipelines.Terminal;

/// <summary>The files that a verb works on; what cannot be read is one line for the user.</summary>
internal static class InputFiles
{
    /// <summary>Every file below a folder, by its path from there, in ordinal order.</summary>
    public static IReadOnlyList<string> Below(string folder) => Read(folder, () => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList()
        : throw new SetupException($"there is no folder {folder}"));

    /// <summary>A file's lines, those of standard input for "-".</summary>
    public static IEnumerable<string> Lines(string path)
    {
        using var reader = path == "-" ? new StreamReader(Console.OpenStandardInput()) : Read(path, () => new StreamReader(path));
        while (reader.ReadLine() is { } line) yield return line;
    }

    /// <summary>Does what may find a file or a model unusable.</summary>
    public static T Read<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (Problem(what, e) is { } problem)
        {
            throw problem;
        }
    }

    /// <summary>The same for work that takes a while.</summary>
    public static async Task<T> ReadAsync<T>(string what, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (Problem(what, e) is { } problem)
        {
            throw problem;
        }
    }

    private static SetupException? Problem(string what, Exception e)
    {
        // Work on all cores wraps what went wrong in it.
        var inner = e is AggregateException { InnerException: { } one } ? one : e;
        if (inner is not (IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)) return null;
        var message = inner.Message.ReplaceLineEndings(" ");
        return new SetupException(message.Contains(what, StringComparison.Ordinal) ? message : $"{what}: {message}", e);
    }
}
