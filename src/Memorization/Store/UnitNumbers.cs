using Memorization.Rows;

namespace Memorization.Store;

/// <summary>Small numbers for units, since a set of rows names them a million times. Thread-safe.</summary>
internal sealed class UnitNumbers
{
    private readonly Dictionary<UnitId, int> _numbers = [];

    /// <summary>The unit's number; a new one if it had none.</summary>
    public int Of(UnitId unit)
    {
        lock (_numbers)
        {
            if (!_numbers.TryGetValue(unit, out var number)) _numbers.Add(unit, number = _numbers.Count);
            return number;
        }
    }
}
