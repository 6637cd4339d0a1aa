using System.Globalization;
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

    private static int _writers;

    /// <summary>Writes a file; it has its name only once every byte is on the disk.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var unfinished = path + Unfinished;
        try
        {
            await using (var file = Create(unfinished))
            {
                await write(file).ConfigureAwait(false);
                await file.FlushAsync().ConfigureAwait(false);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            Publish(unfinished, path);
        }
        catch (Exception exception) when (IsUnwritable(exception))
        {
            throw CannotWrite(path, exception);
        }
    }

    /// <summary>Writes a file outside any store, which several processes may write at once: the last one's bytes stay, and a failure leaves none.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var unfinished = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref _writers)}{Unfinished}");
        try
        {
            using (var file = Create(unfinished))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            Publish(unfinished, path);
        }
        catch (Exception exception) when (IsUnwritable(exception))
        {
            throw CannotWrite(path, exception);
        }
        finally
        {
            if (File.Exists(unfinished)) File.Delete(unfinished); // deleting throws where there is no folder
        }
    }

    /// <summary>Writes a JSON file; it has its name only once every byte is on the disk.</summary>
    public static Task WriteJsonAsync<T>(string path, T value) =>
        WriteAsync(path, stream => JsonSerializer.SerializeAsync(stream, value, StoreJson.Options));

    /// <summary>Does part of the work on a file; what the disk refuses is the user's to mend.</summary>
    public static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (IsUnwritable(exception))
        {
            throw CannotWrite(path, exception);
        }
    }

    private static FileStream Create(string unfinished)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(unfinished)!);
        return new FileStream(unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
    }

    private static void Publish(string unfinished, string path)
    {
        File.Move(unfinished, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(path)!);
    }

    // A file that is missing is one that was to be read.
    private static bool IsUnwritable(Exception exception) => exception is (IOException and not FileNotFoundException) or UnauthorizedAccessException;

    private static SetupException CannotWrite(string path, Exception exception) =>
        new($"cannot write {path}: {exception.Message.ReplaceLineEndings(" ")}; free or open the folder and run again", exception);

    /// <summary>Makes the names in a folder durable.</summary>
    public static void FlushFolder(string folder)
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
