using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>A file that is written piece by piece under another name and gets its own only once every byte is on the disk. Disposed before, it is gone.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class UnfinishedFile : IDisposable
{
    private readonly string _path;
    private readonly string _unfinished;
    private bool _ended;

    /// <summary>Begins the file; its folder is made if need be.</summary>
    /// <param name="path">The name it gets.</param>
    /// <param name="writer">Tells the writers of files of one name apart; null where there can only be one.</param>
    /// <exception cref="SetupException">The folder cannot be written.</exception>
    public UnfinishedFile(string path, string? writer = null)
    {
        _path = path;
        _unfinished = path + (writer is null ? "" : $".{writer}") + Durable.Unfinished;
        Stream = Durable.Guard(path, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new FileStream(_unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        });
    }

    /// <summary>Where to write; it can be read and sought as well.</summary>
    public FileStream Stream { get; }

    /// <summary>Flushes the file to the disk and gives it its name, in place of an older file of that name.</summary>
    /// <param name="last">What is still to be written.</param>
    public void Publish(Action? last = null) => End(last, () => File.Move(_unfinished, _path, overwrite: true));

    /// <summary>Flushes the file to the disk and gives it its name, which no file may have.</summary>
    /// <param name="last">What is still to be written.</param>
    /// <exception cref="SetupException">There is one; it stays as it is.</exception>
    public void PublishNew(Action? last = null) => End(last, () =>
    {
        if (!Durable.TryPublishNew(_unfinished, _path)) throw new IOException("there is one already, and it is never replaced");
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // What is given up need not reach the disk: that it cannot would hide why it is given up.
        }

        if (!_ended && File.Exists(_unfinished)) File.Delete(_unfinished); // deleting throws where there is no folder
        _ended = true;
    }

    private void End(Action? last, Action name) => Durable.Guard(_path, () =>
    {
        last?.Invoke();
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        name();
        if (File.Exists(_unfinished)) File.Delete(_unfinished);
        Durable.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        return _ended = true;
    });
}
