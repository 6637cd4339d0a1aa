using System.Runtime.InteropServices;
using System.Text.Json;
using Memorization.Configuration;
using Microsoft.Win32.SafeHandles;

namespace Memorization.Store;

/// <summary>Files that are whole or not there: written under another name, flushed to the disk, renamed, the folder flushed.</summary>
internal static partial class Durable
{
    /// <summary>Suffix of files that are being written; a store that is opened for writing removes what a killed run left.</summary>
    public const string Unfinished = ".tmp";

    /// <summary>Writes a file; it has its name only once every byte is on the disk.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var folder = Path.GetDirectoryName(path)!;
        var unfinished = path + Unfinished;
        try
        {
            Directory.CreateDirectory(folder);
            await using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16))
            {
                await write(file).ConfigureAwait(false);
                await file.FlushAsync().ConfigureAwait(false);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            File.Move(unfinished, path, overwrite: true);
            FlushFolder(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot write {path}: {exception.Message.ReplaceLineEndings(" ")}; free or open the folder and run again", exception);
        }
    }

    /// <summary>Writes a JSON file; it has its name only once every byte is on the disk.</summary>
    public static Task WriteJsonAsync<T>(string path, T value) =>
        WriteAsync(path, stream => JsonSerializer.SerializeAsync(stream, value, StoreJson.Options));

    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return; // A rename on NTFS is in the journal; a folder cannot be flushed.
        const int readOnly = 0;
        using var handle = Open(folder, readOnly);
        if (handle.IsInvalid || Flush(handle) != 0)
            throw new IOException($"cannot flush the folder {folder} to the disk: error {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(SafeFileHandle handle);
}
