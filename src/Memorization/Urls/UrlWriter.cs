using System.Buffers;
using System.Text;

namespace Memorization.Urls;

/// <summary>Writes a URL into a buffer that is long enough: <see cref="Longest"/> characters for each of the input.</summary>
internal ref struct UrlWriter(Span<char> buffer)
{
    /// <summary>A UTF-16 unit becomes at most three UTF-8 bytes, each written as "%XX".</summary>
    public const int Longest = 9;

    private readonly Span<char> _buffer = buffer;

    /// <summary>Characters written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<char> Written => _buffer[..Length];

    public void Append(char c) => _buffer[Length++] = c;

    public void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(_buffer[Length..]);
        Length += text.Length;
    }

    /// <summary>Percent-encodes what is not in <paramref name="plain"/> as UTF-8; a lone surrogate becomes U+FFFD. "%" itself is in every plain set: what was encoded stays as it is.</summary>
    public void AppendEncoded(ReadOnlySpan<char> text, SearchValues<char> plain)
    {
        Span<byte> utf8 = stackalloc byte[4];
        while (true)
        {
            var odd = text.IndexOfAnyExcept(plain);
            if (odd < 0)
            {
                Append(text);
                return;
            }

            Append(text[..odd]);
            _ = Rune.DecodeFromUtf16(text[odd..], out var rune, out var used);
            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                Append('%');
                Append("0123456789ABCDEF"[b >> 4]);
                Append("0123456789ABCDEF"[b & 15]);
            }

            text = text[(odd + used)..];
        }
    }

    /// <summary>Takes back the last path segment with its slash, but nothing before <paramref name="start"/>.</summary>
    public void DropSegment(int start) => Length = start + Math.Max(0, Written[start..].LastIndexOf('/'));
}
