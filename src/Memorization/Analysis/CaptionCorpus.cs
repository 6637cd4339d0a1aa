using System.Runtime.InteropServices;
using Memorization.Captions;
using Memorization.Clustering;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>A row of the study, as far as its words are counted.</summary>
/// <param name="Family">The family of its image.</param>
/// <param name="Caption">Its caption.</param>
/// <param name="Host">Where its image lies.</param>
/// <param name="Content">Its image.</param>
internal readonly record struct CaptionRow(string Family, string Caption, string Host, ContentKey Content);

/// <summary>The captions of a study's rows, as numbers of words, family by family. Immutable.</summary>
/// <remarks>Rows come ordered by family and key, so that every number, and all that is drawn by numbers, is a function of the store alone.</remarks>
internal sealed class CaptionCorpus
{
    private const string MissingSql = """
        SELECT r.caption FROM rows r JOIN verdicts v USING (row_key) WHERE v.kept AND r.row_key NOT IN (SELECT row_key FROM study)
        """;

    private readonly List<string> _words = [];
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<string> _families = [];
    private readonly List<ContentKey> _contents = [];
    private readonly List<int> _rowEnds = [];
    private readonly List<int> _textEnds = [];

    private CaptionCorpus(IReadOnlyList<string> keywords) => Keyword = keywords.Count == 0 ? [] : [.. CaptionWords.Of(keywords[0]).Select(Number).Distinct()];

    /// <summary>Families by number, in the order of their ids.</summary>
    public IReadOnlyList<string> Families => _families;

    /// <summary>Words by number.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>The words of the study's first keyword; none if it has no keywords.</summary>
    public IReadOnlyList<int> Keyword { get; }

    /// <summary>Each row's words.</summary>
    public WordSets Rows { get; } = new();

    /// <summary>Each text's words: those of all captions that are this text in this family.</summary>
    public WordSets Texts { get; } = new();

    /// <summary>Each row's image.</summary>
    public IReadOnlyList<ContentKey> Contents => _contents;

    /// <summary>The words of rows that the filter keeps and whose image could not be had.</summary>
    public WordSets Missing { get; } = new();

    /// <summary>In how many rows each word stands.</summary>
    public int[] RowFrequencies { get; private set; } = [];

    /// <summary>In how many texts each word stands.</summary>
    public int[] TextFrequencies { get; private set; } = [];

    /// <summary>The rows of a family.</summary>
    public Range RowsOf(int family) => (family == 0 ? 0 : _rowEnds[family - 1]).._rowEnds[family];

    /// <summary>The texts of a family.</summary>
    public Range TextsOf(int family) => (family == 0 ? 0 : _textEnds[family - 1]).._textEnds[family];

    /// <summary>The distinct images of a family, ascending.</summary>
    public ContentKey[] ContentsOf(int family)
    {
        var (start, count) = RowsOf(family).GetOffsetAndLength(_contents.Count);
        return [.. _contents.GetRange(start, count).Distinct().Order()];
    }

    /// <summary>The families by size, largest first, equal ones by id.</summary>
    public IEnumerable<int> BySize() => Enumerable.Range(0, _families.Count).OrderByDescending(family => RowsOf(family).End.Value - RowsOf(family).Start.Value).ThenBy(family => family);

    /// <summary>The numbers of a word set; null if one of the words stands nowhere.</summary>
    public int[]? NumbersOf(IEnumerable<string> words)
    {
        var numbers = words.Distinct().Select(word => _numbers.GetValueOrDefault(word, -1)).Order().ToArray();
        return numbers is [-1, ..] ? null : numbers;
    }

    /// <summary>The family of every row.</summary>
    public int[] FamilyOfRows()
    {
        var families = new int[Rows.Count];
        for (var family = 0; family < _families.Count; family++) families.AsSpan(RowsOf(family)).Fill(family);
        return families;
    }

    /// <summary>Whether at least half of a family's rows have the study's first keyword.</summary>
    public bool IsRooted(int family)
    {
        var rows = RowsOf(family);
        return 2 * CountWith(Keyword, rows) >= rows.End.Value - rows.Start.Value;
    }

    /// <summary>How many of some rows have every word of a set.</summary>
    public int CountWith(IReadOnlyList<int> words, Range rows)
    {
        var count = 0;
        for (var row = rows.Start.Value; row < rows.End.Value; row++)
            if (HasAll(Rows[row], words)) count++;
        return count;
    }

    /// <summary>Whether every word of a set is among a caption's.</summary>
    public static bool HasAll(ReadOnlySpan<int> caption, IReadOnlyList<int> words)
    {
        for (var i = 0; i < words.Count; i++)
            if (caption.BinarySearch(words[i]) < 0) return false;
        return true;
    }

    /// <summary>Reads the rows of a store's study.</summary>
    public static CaptionCorpus Read(StoreDatabase database, IReadOnlyList<string> keywords, AnalysisOptions options) => Of(
        database.Stream(
            "SELECT family, caption, host, content_id FROM study ORDER BY family, row_key",
            reader => new CaptionRow(reader.GetString(0), reader.GetString(1), reader.GetString(2), ContentKey.Parse(reader.GetString(3)))),
        database.Stream(MissingSql, reader => reader.GetString(0)),
        keywords,
        options);

    /// <summary>Numbers the words of rows, wherever they are from.</summary>
    /// <param name="rows">The rows, family by family; read to the end before <paramref name="missing"/> is.</param>
    /// <param name="missing">The captions of rows whose image could not be had.</param>
    /// <param name="keywords">The study's.</param>
    /// <param name="options">What a template is.</param>
    public static CaptionCorpus Of(IEnumerable<CaptionRow> rows, IEnumerable<string> missing, IReadOnlyList<string> keywords, AnalysisOptions options)
    {
        var corpus = new CaptionCorpus(keywords);
        var keywordWords = keywords.SelectMany(CaptionWords.Of).ToHashSet();
        List<CaptionFrame> frames = [];
        List<int> words = [];
        foreach (var (row, inOrder, frame) in rows.AsParallel().AsOrdered().Select(Framed))
        {
            if (corpus._families is not [.., var last] || last != row.Family)
            {
                corpus._families.Add(row.Family);
                corpus._rowEnds.Add(corpus.Rows.Count);
            }

            Add(corpus.Rows, inOrder);
            corpus._rowEnds[^1]++;
            corpus._contents.Add(row.Content);
            frames.Add(frame);
        }

        foreach (var caption in missing) Add(corpus.Missing, CaptionWords.Of(caption));
        corpus.Collapse(frames, new CaptionFrames(frames, options.TemplateCaptions));
        corpus.RowFrequencies = corpus.Rows.Frequencies(corpus._words.Count);
        corpus.TextFrequencies = corpus.Texts.Frequencies(corpus._words.Count);
        return corpus;

        // Of a caption's time the words take most: they are told apart on all cores, and numbered in order.
        (CaptionRow Row, IReadOnlyList<string> Words, CaptionFrame Frame) Framed(CaptionRow row)
        {
            var inOrder = CaptionWords.Of(row.Caption);
            return (row, inOrder, CaptionFrame.Of(inOrder, row.Host, keywordWords));
        }

        void Add(WordSets sets, IReadOnlyList<string> caption)
        {
            words.Clear();
            foreach (var word in caption) words.Add(corpus.Number(word));
            sets.Add(CollectionsMarshal.AsSpan(words));
        }
    }

    private void Collapse(List<CaptionFrame> frames, CaptionFrames templates)
    {
        Dictionary<ulong, List<int>> texts = [];
        for (var family = 0; family < _families.Count; family++)
        {
            texts.Clear();
            var (start, end) = (RowsOf(family).Start.Value, RowsOf(family).End.Value);
            for (var row = start; row < end; row++)
            {
                ref var text = ref CollectionsMarshal.GetValueRefOrAddDefault(texts, templates.TextOf(frames[row]), out _);
                (text ??= []).AddRange(Rows[row]);
            }

            foreach (var text in texts.Values) Texts.Add(CollectionsMarshal.AsSpan(text));
            _textEnds.Add(Texts.Count);
        }
    }

    private int Number(string word)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, word, out var isThere);
        if (isThere) return number;
        _words.Add(word);
        return number = _words.Count - 1;
    }
}
