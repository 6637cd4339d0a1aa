namespace Memorization.Store;

/// <summary>Collects what the checks count and find. Not thread-safe.</summary>
internal sealed class VerifyNotes
{
    public const string Restore = "restore it from a copy";

    private readonly HashSet<StoreFinding> _met = [];

    public VerifyCounts Counts { get; set; } = new();

    public List<StoreFinding> Findings { get; } = [];

    /// <summary>Adds a finding, once.</summary>
    public void Add(string kind, string where, string wrong, string fix = Restore)
    {
        var finding = new StoreFinding(kind, where, wrong.ReplaceLineEndings(" "), fix);
        if (_met.Add(finding)) Findings.Add(finding);
    }
}
