using System.Collections.Frozen;

namespace Memorization.Analysis;

/// <summary>English words that say nothing of a picture. They are counted like any other and marked.</summary>
internal static class StopWords
{
    private static readonly FrozenSet<string> All = """
        a an and are as at be by for from has have her his i in into is it its my new no not of on or our over she s so t that the their
        they this to under up was we were with you your
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    public static bool Contains(string word) => All.Contains(word);
}
