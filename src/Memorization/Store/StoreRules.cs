using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;

namespace Memorization.Store;

/// <summary>The options that decide what an image's outcome is, by stage, and when a row that failed is tried again.</summary>
/// <param name="Fetch">Fingerprint of the fetcher's rules; deadlines and parallelism are none.</param>
/// <param name="Decode">Fingerprint of the decoder's.</param>
/// <param name="RetryAfter">How long after a failure that may pass by itself a later run tries again; twice as long after each further one.</param>
public sealed record StoreRules(string Fetch, string Decode, TimeSpan RetryAfter)
{
    private const int MostDoublings = 30;
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    /// <summary>The rules of a study; bump a number when a stage's code changes what it decides.</summary>
    public static StoreRules Of(FetchOptions fetch, DecodeOptions decode)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentNullException.ThrowIfNull(decode);
        return new StoreRules(
            Fingerprint.Of("fetch 1", fetch.MaxBytes, fetch.MaxRedirects, fetch.OptOutDirectives), Fingerprint.Of("decode 1", decode), TimeSpan.FromMinutes(fetch.RetryAfterMinutes));
    }

    /// <summary>The fingerprint of what decided; null if no option did.</summary>
    /// <param name="reason">How the row ended.</param>
    /// <param name="model">The model's id.</param>
    internal string? DeciderOf(Reason reason, string model) => reason.Retry() != Retry.RuleChange ? null : reason.Stage() switch
    {
        StageName.Fetch => Fetch,
        StageName.Decode => Decode,
        _ => model,
    };

    /// <summary>Whether a row that ended for a reason is to be tried again.</summary>
    /// <param name="reason">How it ended.</param>
    /// <param name="rules">What had decided.</param>
    /// <param name="failures">Runs in a row in which it failed for a passing reason.</param>
    /// <param name="failedAt">When it was tried last.</param>
    /// <param name="model">The current model's id.</param>
    /// <param name="now">The time.</param>
    internal bool IsDue(Reason reason, string? rules, int failures, DateTimeOffset failedAt, string model, DateTimeOffset now) => reason.Retry() switch
    {
        Retry.Later => now - failedAt >= WaitAfter(failures),
        Retry.NextRun => true,
        Retry.RuleChange => rules is not null && rules != DeciderOf(reason, model),
        _ => false,
    };

    private TimeSpan WaitAfter(int failures)
    {
        var wait = RetryAfter * Math.Pow(2, Math.Clamp(failures - 1, 0, MostDoublings));
        return wait < LongestWait ? wait : LongestWait;
    }
}
