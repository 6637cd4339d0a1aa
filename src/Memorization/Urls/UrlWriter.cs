using System.Buffers;
using System.Text;

namespace Memorization.Urls;

/// <summary>Writes a URL's parts, percent-encoded, into a buffer that is long enough: <see cref="Longest"/> characters for each of the input.</summary>
internal ref struct UrlWriter(Span<char> buffer)
{
    /// <summary>A UTF-16 unit becomes at most three UTF-8 bytes, each written as "%XX".</summary>
    public const int Longest = 9;

    // "%" is plain: what was encoded stays as it is.
    private static readonly SearchValues<char> PathPlain = Visible("\"#<>?^`{}");
    private static readonly SearchValues<char> QueryPlain = Visible("\"#<>'");

    private readonly Span<char> _buffer = buffer;
    private int _length;

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<char> Written => _buffer[.._length];

    /// <summary>Writes text as it is.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(_buffer[_length..]);
        _length += text.Length;
    }

    /// <summary>Writes a path that is empty or begins with a slash of either kind; "." and ".." are resolved, never beyond where it starts.</summary>
    public void AppendPath(ReadOnlySpan<char> path)
    {
        var start = _length;
        if (!path.IsEmpty) path = path[1..];
        while (true)
        {
            var slash = path.IndexOfAny('/', '\\');
            var segment = slash < 0 ? path : path[..slash];
            var dots = Dots(segment);
            if (dots == 2) _length = start + Math.Max(0, Written[start..].LastIndexOf('/'));
            if (dots == 0 || slash < 0) Append("/");
            if (dots == 0) AppendEncoded(segment, PathPlain);
            if (slash < 0) return;
            path = path[(slash + 1)..];
        }
    }

    /// <summary>Writes a query with its question mark.</summary>
    public void AppendQuery(ReadOnlySpan<char> query) => AppendEncoded(query, QueryPlain);

    // UTF-8, percent-encoded; a lone surrogate becomes U+FFFD.
    private void AppendEncoded(ReadOnlySpan<char> text, SearchValues<char> plain)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (var odd = text.IndexOfAnyExcept(plain); odd >= 0; odd = text.IndexOfAnyExcept(plain))
        {
            Append(text[..odd]);
            _ = Rune.DecodeFromUtf16(text[odd..], out var rune, out var used);
            foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
            {
                _buffer[_length++] = '%';
                _buffer[_length++] = "0123456789ABCDEF"[value >> 4];
                _buffer[_length++] = "0123456789ABCDEF"[value & 15];
            }

            text = text[(odd + used)..];
        }

        Append(text);
    }

    // 1 for ".", 2 for "..", also where a dot is written "%2e"; else 0.
    private static int Dots(ReadOnlySpan<char> segment)
    {
        if (segment.Length > "%2e%2e".Length) return 0;
        var dots = 0;
        for (; !segment.IsEmpty; dots++)
        {
            if (segment[0] == '.') segment = segment[1..];
            else if (segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase)) segment = segment[3..];
            else return 0;
        }

        return dots > 2 ? 0 : dots;
    }

    private static SearchValues<char> Visible(string except) =>
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Except(except)]);
}
