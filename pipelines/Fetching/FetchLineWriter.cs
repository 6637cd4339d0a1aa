using System.Globalization;
using System.Text;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Fetching;

/// <summary>Writes a line as soon as its URL has ended, as a table, CSV or JSON lines. Not thread-safe.</summary>
internal sealed class FetchLineWriter : IDisposable
{
    /// <summary>Names on the command line.</summary>
    public static string[] Formats { get; } = ["table", "csv", "json"];

    private readonly StreamWriter _out;
    private readonly Func<FetchLine, string> _text;

    public FetchLineWriter(Stream stream, string format)
    {
        _out = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        _text = format switch
        {
            "csv" => line => CsvText.Line(line.Cells()),
            "json" => line => JsonSerializer.Serialize(line, JsonOutput.Line),
            _ => Row,
        };
        if (format == "csv") _out.WriteLine(CsvText.Line(FetchLine.Columns));
        if (format == "table") _out.WriteLine(Columns("outcome", "status", "bytes", "tries", "ms", "sha256", "url"));
    }

    public void Write(FetchLine line) => _out.WriteLine(_text(line));

    public void Dispose() => _out.Dispose();

    private static string Row(FetchLine line) => Columns(
        line.Reason?.ToString() ?? "kept", Number(line.Status), Number(line.Bytes), Number(line.Attempts), Number(line.Milliseconds), line.Sha256?[..12] ?? "", Printable(line.Url));

    private static string Columns(string outcome, string status, string bytes, string tries, string milliseconds, string sha256, string url) =>
        $"{outcome,-18} {status,6} {bytes,9} {tries,5} {milliseconds,7} {sha256,-12} {url}";

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    // A list from elsewhere must not steer the terminal.
    private static string Printable(string url) => url.AsSpan().IndexOfAnyInRange('\0', '\x1F') < 0 && !url.Any(char.IsControl)
        ? url
        : string.Concat(url.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
