using System.Formats.Tar;
using System.Runtime.InteropServices;

namespace Memorization.Store;

/// <summary>Writes a tar that is a function of its members alone: ustar, owner 0, mode 0644, the epoch as every member's time.</summary>
/// <remarks>WebDataset takes members that follow one another and share a name up to the first dot for one sample. Not thread-safe.</remarks>
internal sealed class SampleTar(Stream stream) : IDisposable
{
    private const int BlockBytes = 512;

    private readonly TarWriter _tar = new(stream, TarEntryFormat.Ustar, leaveOpen: true);

    /// <summary>Adds a member.</summary>
    /// <param name="name">At most 100 bytes: one header block holds it.</param>
    /// <param name="bytes">The contents.</param>
    /// <returns>Where the contents begin in the tar.</returns>
    public long Add(string name, ReadOnlyMemory<byte> bytes)
    {
        var header = stream.Position;
        _tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = AsStream(bytes),
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        });
        return header + BlockBytes;
    }

    /// <summary>Writes the end of the archive; the stream stays open.</summary>
    public void Dispose()
    {
        var isEmpty = stream.Position == 0;
        _tar.Dispose();
        if (isEmpty && stream.Position == 0) stream.Write(new byte[2 * BlockBytes]); // TarWriter ends only archives that have members
    }

    private static MemoryStream AsStream(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);
}
