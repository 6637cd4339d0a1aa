using System.Collections;
using System.CommandLine;
using System.Globalization;
using Memorization.Captions;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Pipelines.Terminal;
using Memorization.Rows;
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

    /// <summary>The part of the filter that the scan decides.</summary>
    public ScanRules ScanRules => new(1, Study.Keywords, Study.Filters.Metadata);

    /// <summary>What decides of an image, and when a row is tried again.</summary>
    public StoreRules Rules => StoreRules.Of(Study.Fetch, Study.Decode);

    /// <summary>What a run of this study works on.</summary>
    /// <param name="run">Its id.</param>
    /// <param name="model">The model's id.</param>
    public StoreScope Scope(string run, string model) => new(Store, run, FilterFingerprint, model);

    /// <summary>Takes the study's store, which must be there.</summary>
    /// <param name="run">The id of this run.</param>
    /// <exception cref="SetupException">There is none, or another process holds it.</exception>
    public Task<HeldStore> HoldStoreAsync(string run) => Directory.Exists(Store)
        ? HeldStore.TakeAsync(Store, run, TimeProvider.System)
        : throw new SetupException($"there is no store in {Store}; run `memorization run STUDY` first");

    /// <summary>The study's keywords.</summary>
    /// <exception cref="SetupException">A set has no word.</exception>
    public KeywordMatcher Keywords()
    {
        try
        {
            return new KeywordMatcher(Study.Keywords);
        }
        catch (ArgumentException exception)
        {
            throw new SetupException($"keywords: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>Which rows the scan hands on.</summary>
    /// <param name="keywords">The study's keywords.</param>
    public ScanFilter ScanFilter(KeywordMatcher keywords) =>
        new(Study.Keywords.Count == 0 ? null : new CaptionQuery(keywords.IndexOfCandidate, keywords.MayMatch), Study.Filters.Metadata);

    /// <summary>Loads the study's model.</summary>
    /// <exception cref="SetupException">There is none, or it cannot be run.</exception>
    public Embedder OpenModel(TimeProvider time)
    {
        try
        {
            return new Embedder(Model(), time);
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException or NotSupportedException)
        {
            throw new SetupException($"model: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>The study's model, with its paths as they are from here.</summary>
    public ModelOptions Model() => Study.Model.Path is null or ModelOptions.BuiltIn
        ? Study.Model
        : Study.Model with
        {
            Path = Path.GetFullPath(Study.Model.Path, Folder),
            Cache = Study.Model.Cache is { } cache ? Path.GetFullPath(cache, Folder) : null,
        };

    /// <summary>Reads the study that a verb names.</summary>
    public static StudyContext Load(string path, ParseResult parsed) =>
        new(StudyFile.Load(path, parsed.GetValue(GlobalOptions.Set) ?? [], Variables()), Path.GetFullPath(path));

    /// <summary>The options of no study in particular, for a verb that works without one.</summary>
    public static Study Standard(ParseResult parsed) => StudyFile.Standard(parsed.GetValue(GlobalOptions.Set) ?? [], Variables());

    /// <summary>A run's id: its start, to the millisecond, and the process.</summary>
    public static string NewRunId(TimeProvider time) => string.Create(
        CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd'T'HHmmss.fff'Z'}-{Environment.ProcessId}");

    private static IEnumerable<KeyValuePair<string, string>> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));
}
