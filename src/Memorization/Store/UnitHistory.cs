using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>What earlier runs finished: for each unit, filter and model the counts of the last time.</summary>
internal sealed class UnitHistory
{
    private readonly Dictionary<(string Unit, string Filter, string Model), FinishedUnit> _units;
    private readonly ILookup<string, (string Filter, FinishedUnit Unit)> _byUnit;

    private UnitHistory(Dictionary<(string Unit, string Filter, string Model), FinishedUnit> units)
    {
        _units = units;
        _byUnit = units.ToLookup(unit => unit.Key.Unit, unit => (unit.Key.Filter, unit.Value));
    }

    /// <summary>Reads the table.</summary>
    public static async Task<UnitHistory> ReadAsync(StoreTables tables)
    {
        var records = await tables.ReadAsync<UnitRecord>(Tables.Of(Tables.Units)).ConfigureAwait(false);
        return new UnitHistory(records.GroupBy(record => (record.Unit, record.Filter, record.Model)).ToDictionary(unit => unit.Key, unit => Last(unit.Key.Unit, [.. unit])));
    }

    /// <summary>The unit under a filter and a model; null if it was not finished.</summary>
    public FinishedUnit? Find(UnitId unit, string filter, string model) => _units.GetValueOrDefault((unit.ToString(), filter, model));

    /// <summary>The unit as other filters and models had it.</summary>
    public IEnumerable<(string Filter, FinishedUnit Unit)> Find(UnitId unit) => _byUnit[unit.ToString()];

    private static FinishedUnit Last(string unit, List<UnitRecord> records)
    {
        var last = records.Where(record => record.Generation == records.Max(other => other.Generation)).ToList();
        return new FinishedUnit(
            unit,
            last.Where(record => record.Reason is null).Sum(record => record.Rows),
            new SortedDictionary<Reason, long>(last.Where(record => record.Reason is not null).ToDictionary(record => Enum.Parse<Reason>(record.Reason!), record => record.Rows)));
    }
}
