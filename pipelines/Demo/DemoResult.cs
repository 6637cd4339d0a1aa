using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Memorization.Analysis;
using Memorization.Clustering;
using Memorization.Store;

namespace Memorization.Pipelines.Demo;

/// <summary>A planted family.</summary>
/// <param name="Family">Its number in the made world.</param>
/// <param name="RowKeys">Keys of its rows that can be stored, 32 hexadecimal digits each.</param>
internal sealed record PlantedFamily(int Family, IReadOnlyList<string> RowKeys);

/// <summary>A set of words that leads to a planted family.</summary>
/// <param name="Family">The family's number in the made world.</param>
/// <param name="Words">The words.</param>
/// <param name="Rows">Rows that can be stored and whose caption has all of them.</param>
/// <param name="FamilyRows">Those of them that show the family.</param>
internal sealed record PlantedTrigger(int Family, IReadOnlyList<string> Words, int Rows, int FamilyRows);

/// <summary>What the demo found, held against what was planted.</summary>
internal sealed record DemoResult : RunResult
{
    [SetsRequiredMembers]
    private DemoResult(RunResult run, double precision, double recall, IReadOnlyList<PlantedFamily> planted, DemoWorld world)
        : base(run)
    {
        PairPrecision = precision;
        PairRecall = recall;
        Planted = planted;
        Triggers = world.PlantedTriggers();
        Objects = world.Objects;
    }

    /// <summary>Share of the pairs of rows found in one family that were planted in one.</summary>
    public double PairPrecision { get; }

    /// <summary>Share of the pairs of rows planted in one family that were found in one.</summary>
    public double PairRecall { get; }

    /// <summary>What was planted.</summary>
    public IReadOnlyList<PlantedFamily> Planted { get; }

    /// <summary>The sets of words that were planted.</summary>
    public IReadOnlyList<PlantedTrigger> Triggers { get; }

    /// <summary>In how many pictures an object was planted.</summary>
    public PlantedObjects Objects { get; }

    /// <summary>Compares the families of a store with those of the world that it was made from; rows of other worlds in the same store do not count.</summary>
    public static DemoResult Score(RunResult run, DemoWorld world, StoreDatabase database)
    {
        var found = database.Query($"SELECT row_key, family FROM ({StudyRows.Sql})", reader => (Key: reader.GetString(0), Family: reader.GetString(1)))
            .ToDictionary(row => row.Key, row => row.Family);
        var planted = world.Planted.OrderBy(pair => pair.Key)
            .Select(pair => new PlantedFamily(pair.Key, [.. pair.Value.Select(DemoRow.Hex).Order(StringComparer.Ordinal)])).ToList();
        var plantedOf = planted.SelectMany(family => family.RowKeys, (family, key) => (key, family.Family)).ToDictionary();
        var keys = world.Rows.Select(row => row.HexKey).Distinct().Where(key => found.ContainsKey(key) || plantedOf.ContainsKey(key)).ToList();
        var score = PairScore.Compare(
            [.. keys.Select(found.GetValueOrDefault)],
            [.. keys.Select(key => plantedOf.TryGetValue(key, out var family) ? family.ToString(CultureInfo.InvariantCulture) : null)]);
        return new DemoResult(run, score.Precision, score.Recall, planted, world);
    }
}
