using System.Collections;
using System.CommandLine;
using System.Globalization;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Store;

namespace Memorization.Pipelines;

/// <summary>A study, where it lies, and the names that follow from its options.</summary>
/// <param name="Study">The checked options.</param>
/// <param name="File">Full path of the study file.</param>
internal sealed record StudyContext(Study Study, string File)
{
    /// <summary>The store's folder.</summary>
    public string Store => Path.GetFullPath(Study.Store.Path, Folder);

    /// <summary>The folder that paths in the study start from.</summary>
    public string Folder => Path.GetDirectoryName(File)!;

    /// <summary>Names everything that decides from the row alone; bump the number when a stage's code changes what it decides.</summary>
    public string FilterFingerprint => Fingerprint.Of("scan 1", "urls 1", "captions 1", Study.Keywords, Study.Filters);

    /// <summary>Reads the study that a verb names.</summary>
    public static StudyContext Load(string path, ParseResult parsed)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));
        return new StudyContext(StudyFile.Load(path, parsed.GetValue(GlobalOptions.Set) ?? [], environment), Path.GetFullPath(path));
    }

    /// <summary>A run's id: its start, to the millisecond, and the process.</summary>
    public static string NewRunId(TimeProvider time) => string.Create(
        CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd'T'HHmmss.fff'Z'}-{Environment.ProcessId}");
}
