using System.Text;

namespace Memorization.Captions;

/// <summary>Byte-pair encoding of one word in O(n log n).</summary>
/// <remarks>
/// The library's merge is quadratic (10 s for a word of 61,192 U+FFFD, against 0.1 s here), and web text has such words; it keeps all
/// words of ordinary length, because of its cache. Immutable, thread-safe.
/// </remarks>
internal sealed class LongWordEncoder
{
    private readonly Dictionary<(int Left, int Right), int> _merges;
    private readonly int[] _ids = new int[256];

    public LongWordEncoder()
    {
        var merges = ClipVocabulary.Merges();
        var tokens = ClipVocabulary.Tokens(merges);
        _merges = new(merges.Length);
        foreach (var merge in merges)
        {
            var space = merge.IndexOf(' ', StringComparison.Ordinal);
            _merges.Add((tokens[merge[..space]], tokens[merge[(space + 1)..]]), ClipVocabulary.FirstMergeId + _merges.Count);
        }

        for (var id = 0; id < 256; id++) _ids[ClipVocabulary.Bytes[id]] = id;
    }

    /// <summary>Appends the ids of one piece of pre-tokenised text.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        var symbols = new int[bytes.Length];
        for (var i = 0; i < bytes.Length; i++) symbols[i] = _ids[bytes[i]];
        symbols[^1] += 256;

        Merge(symbols);
        foreach (var symbol in symbols)
            if (symbol >= 0) ids.Add(symbol);
    }

    // Merges in place, lowest rank first and leftmost among equals; a symbol that went into its left neighbour becomes -1.
    private void Merge(int[] symbols)
    {
        var next = Enumerable.Range(1, symbols.Length).ToArray();
        var previous = Enumerable.Range(-1, symbols.Length).ToArray();
        var queue = new PriorityQueue<int, (int Id, int Position)>();
        for (var left = 0; left < symbols.Length; left++) Enqueue(left);

        while (queue.TryDequeue(out var left, out var merge))
        {
            // A stale entry: one of the two has merged with something else since.
            if (Merged(left) != merge.Id) continue;

            var right = next[left];
            symbols[left] = merge.Id;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] < symbols.Length) previous[next[left]] = left;
            if (previous[left] >= 0) Enqueue(previous[left]);
            Enqueue(left);
        }

        int Merged(int left) => symbols[left] >= 0 && next[left] < symbols.Length
            && _merges.TryGetValue((symbols[left], symbols[next[left]]), out var id) ? id : -1;

        void Enqueue(int left)
        {
            if (Merged(left) is >= 0 and var id) queue.Enqueue(left, (id, left));
        }
    }
}
