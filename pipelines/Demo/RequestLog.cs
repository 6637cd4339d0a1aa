using System.Text.Json;
using Memorization.Configuration;

namespace Memorization.Pipelines.Demo;

/// <summary>Writes down every request to a <see cref="DemoServer"/>: a line of JSON with host, path (decoded, without the query) and how many there were so far.</summary>
/// <remarks>Thread-safe. A line is in the file before its request is answered.</remarks>
internal sealed class RequestLog : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream _file;

    private RequestLog(FileStream file) => _file = file;

    /// <summary>Begins the file, or replaces it.</summary>
    /// <exception cref="SetupException">It cannot be written.</exception>
    public static RequestLog Open(string path)
    {
        try
        {
            return new RequestLog(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot write {path}: {exception.Message.ReplaceLineEndings(" ")}; name a file that can be written with --requests", exception);
        }
    }

    /// <summary>Writes a request down.</summary>
    public void Add(string host, string path, int attempt)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(new { host, path, attempt }), (byte)'\n'];
        lock (_lock) _file.Write(line);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
