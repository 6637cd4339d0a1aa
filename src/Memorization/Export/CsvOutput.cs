using System.Text;
using Memorization.Report;
using Memorization.Store;

namespace Memorization.Export;

/// <summary>A CSV file (RFC 4180, UTF-8 without a mark) that is written row by row and is whole or not there. Not thread-safe.</summary>
internal sealed class CsvOutput : IDisposable
{
    private readonly UnfinishedFile _file;
    private readonly StreamWriter _text;
    private readonly string _name;
    private long _rows;

    public CsvOutput(string folder, string name, params string[] head)
    {
        _name = name;
        _file = new UnfinishedFile(Path.Combine(folder, name));
        _text = new StreamWriter(_file.Stream, new UTF8Encoding(false), leaveOpen: true);
        _text.Write(CsvFile.Line(head));
    }

    /// <summary>Adds a row.</summary>
    public Task WriteAsync(params object?[] cells)
    {
        _rows++;
        return _text.WriteAsync(CsvFile.Line(cells));
    }

    /// <summary>Gives the file its name.</summary>
    public ExportedFile Publish()
    {
        _file.Publish(_text.Flush);
        return new ExportedFile(_name, _rows);
    }

    public void Dispose() => _file.Dispose();
}
