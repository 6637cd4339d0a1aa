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

    // errno of Linux and macOS.
    private const int AlreadyThere = 17;
    private const int NotSupported = 95;

    private static int _writers;

    /// <summary>Writes a file, or replaces it; it has its name only once every byte is on the disk. Of several writers the last one's bytes stay, and a failure leaves none.</summary>
    /// <exception cref="SetupException">The file cannot be written.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var unfinished = UnfinishedName(path);
        try
        {
            await WriteUnfinishedAsync(unfinished, write).ConfigureAwait(false);
            File.Move(unfinished, path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception exception) when (IsUnwritable(exception))
        {
            throw CannotWrite(path, exception);
        }
        finally
        {
            Remove(unfinished);
        }
    }

    /// <summary>Writes a file as <see cref="WriteAsync"/> does, unless one of that name is there: of two processes that try at once, one gets it.</summary>
    /// <returns>Whether the file is this caller's.</returns>
    /// <exception cref="SetupException">The file cannot be written.</exception>
    public static async Task<bool> TryWriteNewAsync(string path, Func<Stream, Task> write)
    {
        var unfinished = UnfinishedName(path);
        try
        {
            await WriteUnfinishedAsync(unfinished, write).ConfigureAwait(false);
            return TryPublishNew(unfinished, path);
        }
        catch (Exception exception) when (IsUnwritable(exception))
        {
            throw CannotWrite(path, exception);
        }
        finally
        {
            Remove(unfinished);
        }
    }

    /// <summary>As <see cref="WriteAsync"/>, for what is written without waiting.</summary>
    /// <exception cref="SetupException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write) => WriteAsync(path, stream =>
    {
        write(stream);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    /// <summary>Writes a JSON file.</summary>
    /// <exception cref="SetupException">The file cannot be written.</exception>
    public static Task WriteJsonAsync<T>(string path, T value) =>
        WriteAsync(path, stream => JsonSerializer.SerializeAsync(stream, value, StoreJson.Options));

    /// <summary>Does part of the work on a file; what the disk refuses is the user's to mend.</summary>
    /// <exception cref="SetupException">The file cannot be written.</exception>
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

    /// <summary>Gives a file on the disk its name unless one of that name is there. On Unix a rename that must not replace is a check and a rename: a link is one step.</summary>
    internal static bool TryPublishNew(string unfinished, string path)
    {
        var error = OperatingSystem.IsWindows() ? NotSupported : Link(unfinished, path) == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (error == AlreadyThere) return false;
        if (HasNoLinks(error))
        {
            if (File.Exists(path)) return false;
            File.Move(unfinished, path, overwrite: false);
        }
        else if (error != 0)
        {
            throw new IOException($"the file cannot be linked: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }

        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return true;
    }

    /// <summary>A name beside the file that no other writer uses.</summary>
    internal static string UnfinishedName(string path) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref _writers)}{Unfinished}");

    /// <summary>Whether an exception says that a file cannot be written, rather than that one is missing that was to be read.</summary>
    internal static bool IsUnwritable(Exception exception) => exception is (IOException and not FileNotFoundException) or UnauthorizedAccessException;

    internal static SetupException CannotWrite(string path, Exception exception) =>
        new($"cannot write {path}: {exception.Message.ReplaceLineEndings(" ")}; free or open the folder and run again", exception);

    private static async Task WriteUnfinishedAsync(string unfinished, Func<Stream, Task> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(unfinished)!);
        await using var file = new FileStream(unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        await write(file).ConfigureAwait(false);
        await file.FlushAsync().ConfigureAwait(false);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
    }

    // Deleting throws where there is no folder.
    private static void Remove(string unfinished)
    {
        if (File.Exists(unfinished)) File.Delete(unfinished);
    }

    // EPERM, ENOSYS and EOPNOTSUPP: file systems without hard links (FAT, some network mounts), on which only the store's lock keeps two committers apart.
    private static bool HasNoLinks(int error) => error is 1 or 38 or 78 or NotSupported or 45 or 102;

    /// <summary>Makes the names in a folder durable.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return; // A rename on NTFS is in the journal; a folder cannot be flushed.
        const int readOnly = 0;
        using var handle = Open(folder, readOnly);
        if (handle.IsInvalid || Flush(handle) != 0)
            throw new IOException($"cannot flush the folder {folder} to the disk: error {Marshal.GetLastPInvokeError()}", Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(SafeFileHandle handle);
}
