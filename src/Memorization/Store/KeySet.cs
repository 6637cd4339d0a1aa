using System.Security.Cryptography;

namespace Memorization.Store;

/// <summary>Keys of rows, in 21 to 32 bytes each: a run keeps the keys of all rows that it has written, for which a HashSet took 70.</summary>
/// <remarks>
/// Open addressing with linear probing (Knuth, The Art of Computer Programming 3, 6.4), in parts that grow one by one, so that a large set never lies in memory twice.
/// Where a key lies follows from a number drawn at random: who makes the rows cannot choose keys that crowd. Not thread-safe.
/// </remarks>
internal sealed class KeySet
{
    private const int PartBits = 8;
    private const int LeastSlots = 16;

    private readonly UInt128[][] _parts = new UInt128[1 << PartBits][];
    private readonly int[] _counts = new int[1 << PartBits];
    private readonly ulong _low = RandomOdd(), _high = RandomOdd();
    private bool _hasZero; // an empty slot is zero

    /// <summary>Adds a key; false if it is there already.</summary>
    public bool Add(UInt128 key)
    {
        if (key != 0) return AddToPart(key);
        var isNew = !_hasZero;
        _hasZero = true;
        return isNew;
    }

    /// <summary>Whether a key is in it.</summary>
    public bool Contains(UInt128 key)
    {
        if (key == 0) return _hasZero;
        var hash = Hash(key);
        return _parts[PartOf(hash)] is { } slots && slots[SlotOf(slots, hash, key)] == key;
    }

    private bool AddToPart(UInt128 key)
    {
        var hash = Hash(key);
        var part = PartOf(hash);
        ref var slots = ref _parts[part];
        slots ??= new UInt128[LeastSlots];
        var slot = SlotOf(slots, hash, key);
        if (slots[slot] == key) return false;
        if (4L * (_counts[part] + 1) > 3L * slots.Length)
        {
            slots = Grown(slots);
            slot = SlotOf(slots, hash, key);
        }

        slots[slot] = key;
        _counts[part]++;
        return true;
    }

    private UInt128[] Grown(UInt128[] slots)
    {
        var grown = new UInt128[slots.Length + (slots.Length / 2)];
        foreach (var key in slots)
            if (key != 0) grown[SlotOf(grown, Hash(key), key)] = key;
        return grown;
    }

    // Where the key lies, or would. The part has taken the hash's upper bits: those below, multiplied, give the slot (Lemire 2019, Fast random integer generation in an interval).
    private static int SlotOf(UInt128[] slots, ulong hash, UInt128 key)
    {
        var slot = (int)Math.BigMul(hash << PartBits, (ulong)slots.Length, out _);
        while (slots[slot] != 0 && slots[slot] != key) slot = slot + 1 == slots.Length ? 0 : slot + 1;
        return slot;
    }

    private static int PartOf(ulong hash) => (int)(hash >> (64 - PartBits));

    // Multiplication by a random odd number spreads each half, and its upper bits say where the key lies (Dietzfelbinger et al. 1997, A reliable randomized algorithm for the closest-pair problem).
    private ulong Hash(UInt128 key) => ((ulong)key * _low) + ((ulong)(key >> 64) * _high);

    private static ulong RandomOdd() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
}
