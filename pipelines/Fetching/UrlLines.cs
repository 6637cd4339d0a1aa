using System.Runtime.CompilerServices;
using System.Text;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Fetching;

/// <summary>A list of URLs, one a line, read as it is needed: a file, or standard input for "-". A pipe's lines come as soon as they are there.</summary>
internal sealed class UrlLines : IDisposable
{
    /// <summary>Characters of a line that are kept: more than any URL may have, so that a file without line feeds does not fill the memory.</summary>
    public const int MostChars = 16_384;

    private readonly Stream _stream;
    private readonly StreamReader _reader;
    private readonly string _path;

    /// <exception cref="SetupException">The file is missing or cannot be read.</exception>
    public UrlLines(string path)
    {
        _path = path;
        if (path != "-" && !File.Exists(path)) throw new SetupException($"there is no file {path}; name a file with one URL a line, or - for standard input");
        _stream = path == "-" ? Console.OpenStandardInput() : InputFiles.Read(path, () => File.OpenRead(path));
        _reader = new StreamReader(_stream, bufferSize: 1 << 16);
    }

    /// <summary>Part of the file that was read, 0 to 1; 0 for a pipe.</summary>
    public double Part => _stream is FileStream { CanSeek: true, Length: > 0 } file ? (double)file.Position / file.Length : 0;

    /// <summary>Every line without its end; the empty rest after the last line feed is none.</summary>
    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var buffer = new char[1 << 15];
        var line = new StringBuilder();
        var isOpen = false;
        while (await FillAsync(buffer, stop) is var read and > 0)
        {
            for (var start = 0; start < read;)
            {
                var end = Array.IndexOf(buffer, '\n', start, read - start);
                var length = (end < 0 ? read : end) - start;
                line.Append(buffer, start, Math.Min(length, MostChars - line.Length));
                isOpen = end < 0;
                start += length + 1;
                if (isOpen) continue;
                yield return Take(line);
            }
        }

        if (isOpen) yield return Take(line);
    }

    public void Dispose() => _reader.Dispose();

    private static string Take(StringBuilder line)
    {
        if (line.Length > 0 && line[^1] == '\r') line.Length--;
        var text = line.ToString();
        line.Clear();
        return text;
    }

    // A read of a terminal or a pipe does not heed a token: it is left behind.
    private async Task<int> FillAsync(char[] buffer, CancellationToken stop)
    {
        try
        {
            return await _reader.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(stop);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot read {_path}: {exception.Message.ReplaceLineEndings(" ")}; name a file with one URL a line", exception);
        }
    }
}
