using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Memorization.Analysis;

/// <summary>What a caption is beside its varying parts, as hashes of 64 bits.</summary>
/// <param name="Skeleton">Its words in order, with every word that has a digit as one and the same.</param>
/// <param name="Head">The host, and the first three words of the skeleton that say something and are no keyword.</param>
/// <param name="Tail">The host, and the last three.</param>
internal readonly record struct CaptionFrame(ulong Skeleton, ulong Head, ulong Tail)
{
    private const int FrameWords = 3;
    private const string Number = "#"; // no word: words are letters, marks and numbers

    /// <summary>The frame of a caption.</summary>
    /// <param name="words">Its words in order.</param>
    /// <param name="host">Where its image lies.</param>
    /// <param name="keywords">The words of the study's keywords, which stand in captions of all kinds.</param>
    public static CaptionFrame Of(IReadOnlyList<string> words, string host, IReadOnlySet<string> keywords)
    {
        var skeleton = words.Select(word => word.AsSpan().ContainsAnyInRange('0', '9') ? Number : word).ToList();
        var telling = skeleton.Where(word => !StopWords.Contains(word) && !keywords.Contains(word)).ToList();
        return new CaptionFrame(Hash(skeleton), Hash(telling.Take(FrameWords).Prepend("head").Prepend(host)), Hash(telling.TakeLast(FrameWords).Prepend("tail").Prepend(host)));
    }

    private static ulong Hash(IEnumerable<string> words) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(string.Join(' ', words).AsSpan()));
}

/// <summary>Which captions are one text: the same but for numbers, or one shop's template.</summary>
/// <remarks>
/// A template is what many different captions of one host begin or end with. A shop's thousand carpets in one photograph of a room are one text, not a thousand
/// independent ones; a frame's words still count, once. Captions are collapsed inside their family, so that a family's texts are not a sample of all rows:
/// tests over texts are made beside those over rows, not instead of them (<see cref="WordTest"/>).
/// </remarks>
internal sealed class CaptionFrames
{
    private readonly Dictionary<ulong, int> _templates;

    /// <param name="frames">The frames of all captions.</param>
    /// <param name="templateCaptions">Different captions of a host from which what they share is a template.</param>
    public CaptionFrames(IReadOnlyCollection<CaptionFrame> frames, int templateCaptions)
    {
        var pairs = frames.SelectMany(frame => ((ulong Frame, ulong Skeleton)[])[(frame.Head, frame.Skeleton), (frame.Tail, frame.Skeleton)]).ToArray();
        Array.Sort(pairs);
        _templates = [];
        for (int start = 0, end; start < pairs.Length; start = end)
        {
            var different = 1;
            for (end = start + 1; end < pairs.Length && pairs[end].Frame == pairs[start].Frame; end++)
                if (pairs[end].Skeleton != pairs[end - 1].Skeleton) different++;
            if (different >= templateCaptions) _templates.Add(pairs[start].Frame, different);
        }
    }

    /// <summary>The text that a caption is: equal numbers, equal texts. Where it has two templates, that of more captions.</summary>
    public ulong TextOf(CaptionFrame frame)
    {
        var (head, tail) = (_templates.GetValueOrDefault(frame.Head), _templates.GetValueOrDefault(frame.Tail));
        return head == 0 && tail == 0 ? frame.Skeleton : head >= tail ? frame.Head : frame.Tail;
    }
}
