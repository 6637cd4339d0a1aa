using System.Security.Cryptography;
using System.Text;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Fetch;

namespace Memorization.Report;

/// <summary>Takes out of a report what leads to its images, so that its numbers can be shared.</summary>
/// <remarks>
/// Images, captions and paths go. URLs, hosts, image and family ids become HMAC-SHA256 (RFC 2104) under a key, cut to 128 bits: a plain hash of a URL could be looked up by anyone
/// who has LAION's list. The same key gives the same names, so that two reports can be joined; without it nothing can be tried out. Words stay: they are the result.
/// </remarks>
/// <param name="key">At least <see cref="LeastKeyBytes"/> bytes; whoever has them can look up every URL that they can guess.</param>
public sealed class Redaction(byte[] key)
{
    /// <summary>Bytes that a key has at least.</summary>
    public const int LeastKeyBytes = 32;

    private const int NameDigits = 32;

    /// <summary>Reads a key that is kept for several reports.</summary>
    /// <exception cref="SetupException">There is no such file, or it is too short.</exception>
    public static async Task<Redaction> WithKeyOfAsync(string path)
    {
        if (!File.Exists(path)) throw new SetupException($"there is no key in {path}; `head -c 32 /dev/urandom > {path}` makes one");
        var key = await File.ReadAllBytesAsync(path).ConfigureAwait(false);
        return key.Length >= LeastKeyBytes ? new Redaction(key) : throw new SetupException($"the key in {path} has {key.Length} bytes; {LeastKeyBytes} are the least: `head -c 32 /dev/urandom > {path}` makes such a key");
    }

    /// <summary>With a key that nobody keeps: no other report has the same names.</summary>
    public static Redaction Once() => new(RandomNumberGenerator.GetBytes(LeastKeyBytes));

    /// <summary>What stands for a URL, a host or an id: 32 hexadecimal digits.</summary>
    internal string NameOf(string secret) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(secret)))[..NameDigits];

    /// <summary>The report without what leads to its images.</summary>
    internal ReportData Of(ReportData data) => data with
    {
        IsRedacted = true,
        Study = Of(data.Study),
        Provenance = data.Provenance with { BrokenInputs = [.. data.Provenance.BrokenInputs.Select(_ => "an input, not named here")] },
        Analysis = Of(data.Analysis),
        Galleries = [.. data.Galleries.Select(Of)],
        Objects = [.. data.Objects.Select(one => one.Redacted(NameOf))],
        Replication = data.Replication?.Redacted(NameOf),
        FailingHosts = [.. data.FailingHosts.Select(host => host with { Host = NameOf(host.Host) })],
    };

    // Paths, and what says whose machine it ran on.
    private static Study Of(Study study) => study with
    {
        Schema = null,
        Input = [],
        Fetch = study.Fetch with { UserAgent = new FetchOptions().UserAgent, NameServers = [], Contact = "", Resolve = new Dictionary<string, string>() },
        Model = study.Model with { Path = Path.GetFileName(study.Model.Path), Cache = null },
        Store = study.Store with { Path = Path.GetFileName(study.Store.Path) },
        Objects = [.. study.Objects.Select(one => one.WithoutPaths())],
    };

    private StudyAnalysis Of(StudyAnalysis analysis) => analysis with
    {
        Families = [.. analysis.Families.Select(Of)],
        Shares = [.. analysis.Shares.Select(share => share with
        {
            LargestFamily = share.LargestFamily is { } family ? NameOf(family) : null,
            LargestFamilies = [.. share.LargestFamilies.Select(largest => largest with { Family = NameOf(largest.Family) })],
        })],
        Drop = analysis.Drop with { Words = [.. analysis.Drop.Words.Select(words => words with { Family = words.Family is { } family ? NameOf(family) : null })] },
        Triggers = [.. analysis.Triggers.Select(trigger => trigger with { Family = NameOf(trigger.Family) })],
        SecondOpinions = [.. analysis.SecondOpinions.Select(opinion => opinion with { Family = NameOf(opinion.Family) })],
    };

    private FamilySummary Of(FamilySummary family) => family with { Family = NameOf(family.Family) };

    private Gallery Of(Gallery gallery) => gallery with
    {
        Family = Of(gallery.Family),
        Pictures = [.. gallery.Pictures.Select(picture => new Picture(NameOf(picture.ContentId), picture.Rows, "", NameOf(picture.Url), null, null))],
        TopCaptions = [],
        TopHosts = [.. gallery.TopHosts.Select(host => host with { Text = NameOf(host.Text) })],
    };
}
