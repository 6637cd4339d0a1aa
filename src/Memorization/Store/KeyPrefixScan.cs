using System.Collections.Concurrent;
using System.Numerics;
using Memorization.Rows;
using ParquetSharp;

namespace Memorization.Store;

/// <summary>Goes through the key prefixes of all rows of a store to see which of some keys may be there: one column of numbers, file by file, on all cores.</summary>
/// <remarks>
/// The numbers pass a table of bits first, one for each prefix wanted and 32 places for each, which is small enough for a processor's cache: of a hundred rows of the store, three are looked at twice.
/// </remarks>
/// <param name="files">The files of the table <c>rows</c>.</param>
internal sealed class KeyPrefixScan(IReadOnlyCollection<string> files)
{
    private const string Column = "key_prefix";
    private const int BatchRows = 8192;
    private const int PlacesPerKey = 32;
    private const int LeastPlaces = 1 << 10;

    /// <summary>Those keys whose prefix stands in a file; null if a file has no prefixes, as those of earlier versions, or cannot be read.</summary>
    public IReadOnlyCollection<UInt128>? Find(IReadOnlyCollection<UInt128> keys)
    {
        var wanted = new Wanted(keys);
        ConcurrentDictionary<long, bool> found = [];
        var isWhole = Parallel.ForEach(files, (file, loop) =>
        {
            if (!TryScan(file, wanted, found)) loop.Stop();
        }).IsCompleted;
        return !isWhole ? null : found.IsEmpty ? [] : [.. keys.Where(key => found.ContainsKey(RowRecord.PrefixOf(key)))];
    }

    private static bool TryScan(string file, Wanted wanted, ConcurrentDictionary<long, bool> found)
    {
        try
        {
            using var reader = ParquetAccess.Open(file);
            using var footer = reader.FileMetaData;
            var index = footer.Schema.ColumnIndex(Column);
            if (index < 0) return false;
            var (values, levels) = (new long[BatchRows], new short[BatchRows]);
            for (var i = 0; i < footer.NumRowGroups; i++)
            {
                using var group = reader.RowGroup(i);
                using var column = (ColumnReader<long>)group.Column(index);
                while (column.HasNext)
                {
                    var rows = column.ReadBatch(BatchRows, levels, null, values, out var present);
                    if (present < rows) return false;
                    foreach (var prefix in values.AsSpan(0, (int)present))
                        if (wanted.Contains(prefix)) found[prefix] = true;
                }
            }

            return true;
        }
        catch (Exception exception) when (ParquetAccess.IsBrokenInput(exception))
        {
            return false;
        }
    }

    private sealed class Wanted
    {
        private readonly HashSet<long> _prefixes;
        private readonly ulong[] _bits;
        private readonly int _shift;

        public Wanted(IReadOnlyCollection<UInt128> keys)
        {
            _prefixes = [.. keys.Select(RowRecord.PrefixOf)];
            var places = BitOperations.RoundUpToPowerOf2((ulong)Math.Max(LeastPlaces, (long)keys.Count * PlacesPerKey));
            _bits = new ulong[places / 64];
            _shift = RowRecord.PrefixBits - BitOperations.Log2(places);
            foreach (var prefix in _prefixes) _bits[prefix >> _shift >> 6] |= 1UL << (int)(prefix >> _shift);
        }

        public bool Contains(long prefix)
        {
            var place = prefix >> _shift;
            return (_bits[place >> 6] & (1UL << (int)place)) != 0 && _prefixes.Contains(prefix);
        }
    }
}
