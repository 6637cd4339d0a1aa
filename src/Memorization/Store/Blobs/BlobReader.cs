using System.Globalization;
using Memorization.Configuration;
using Microsoft.Win32.SafeHandles;

namespace Memorization.Store;

/// <summary>Reads images out of a store's shards, in any order. Thread-safe.</summary>
/// <param name="store">The store's folder.</param>
internal sealed class BlobReader(string store) : IDisposable
{
    /// <summary>Shards that are open at once, and so reads at once, at most.</summary>
    public const int MostOpen = 32;

    private readonly SemaphoreSlim _reads = new(MostOpen);
    private readonly Lock _gate = new();
    private readonly LinkedList<OpenShard> _open = []; // the one used last comes first

    /// <summary>Shards that are open now.</summary>
    internal int Open
    {
        get
        {
            lock (_gate) return _open.Count;
        }
    }

    /// <summary>The bytes of one image as received.</summary>
    /// <exception cref="SetupException">The shard is missing, cannot be read, or ends too early.</exception>
    public async ValueTask<byte[]> ReadAsync(BlobPlace place, CancellationToken stop)
    {
        if (place.Offset < 0 || place.Length < 0 || place.Length > Array.MaxLength) throw Wrong(place, "no image lies there");
        await _reads.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var shard = Lease(place);
            try
            {
                return await ReadAsync(shard.Handle, place, stop).ConfigureAwait(false);
            }
            finally
            {
                lock (_gate) shard.Readers--;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Wrong(place, exception.Message.ReplaceLineEndings(" "), exception);
        }
        finally
        {
            _reads.Release();
        }
    }

    /// <summary>Closes the shards; no read may be under way.</summary>
    public void Dispose()
    {
        foreach (var shard in _open) shard.Handle.Dispose();
        _open.Clear();
        _reads.Dispose();
    }

    private async ValueTask<byte[]> ReadAsync(SafeFileHandle handle, BlobPlace place, CancellationToken stop)
    {
        // Looked at before memory is taken: a wrong length may be gigabytes.
        if (RandomAccess.GetLength(handle) - place.Offset < place.Length) throw Wrong(place, "the shard ends before that");
        var bytes = GC.AllocateUninitializedArray<byte>((int)place.Length);
        for (var done = 0; done < bytes.Length;)
        {
            var read = await RandomAccess.ReadAsync(handle, bytes.AsMemory(done), place.Offset + done, stop).ConfigureAwait(false);
            if (read == 0) throw Wrong(place, "the shard became shorter");
            done += read;
        }

        return bytes;
    }

    // At most MostOpen reads hold a shard, this one among them: where all places are taken, one is idle.
    private OpenShard Lease(BlobPlace place)
    {
        lock (_gate)
        {
            var node = _open.First;
            while (node is not null && node.Value.Name != place.Shard) node = node.Next;
            if (node is not null)
            {
                _open.Remove(node);
            }
            else
            {
                if (_open.Count == MostOpen) CloseIdle();
                var handle = File.OpenHandle(Path.Combine(store, BlobShard.Folder, place.Shard), options: FileOptions.RandomAccess);
                node = new LinkedListNode<OpenShard>(new OpenShard(place.Shard, handle));
            }

            _open.AddFirst(node);
            node.Value.Readers++;
            return node.Value;
        }
    }

    private void CloseIdle()
    {
        var node = _open.Last;
        while (node!.Value.Readers > 0) node = node.Previous;
        node.Value.Handle.Dispose();
        _open.Remove(node);
    }

    private SetupException Wrong(BlobPlace place, string why, Exception? inner = null)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"cannot read {place.Length} bytes at {place.Offset} of {Path.Combine(store, BlobShard.Folder, place.Shard)}: {why}; restore the file from a copy");
        return inner is null ? new SetupException(message) : new SetupException(message, inner);
    }

    private sealed class OpenShard(string name, SafeFileHandle handle)
    {
        public string Name { get; } = name;

        public SafeFileHandle Handle { get; } = handle;

        public int Readers { get; set; }
    }
}
