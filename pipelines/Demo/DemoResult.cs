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

/// <summary>What the demo found, held against what was planted.</summary>
internal sealed record DemoResult : RunResult
{
    [SetsRequiredMembers]
    private DemoResult(RunResult run, double precision, double recall, IReadOnlyList<PlantedFamily> planted)
        : base(run)
    {
        PairPrecision = precision;
        PairRecall = recall;
        Planted = planted;
    }

    /// <summary>Share of the pairs of rows found in one family that were planted in one.</summary>
    public double PairPrecision { get; }

    /// <summary>Share of the pairs of rows planted in one family that were found in one.</summary>
    public double PairRecall { get; }

    /// <summary>What was planted.</summary>
    public IReadOnlyList<PlantedFamily> Planted { get; }

    /// <summary>Compares the families of a store with those of the world that it was made from; rows of other worlds in the same store do not count.</summary>
    public static DemoResult Score(RunResult run, DemoWorld world, StoreDatabase database)
    {
        var found = database.Query($"SELECT row_key, family FROM ({StudyRows.Sql})", reader => (Key: reader.GetString(0), Family: reader.GetString(1)))
            .ToDictionary(row => row.Key, row => row.Family);
        var planted = world.Planted.OrderBy(pair => pair.Key)
            .Select(pair => new PlantedFamily(pair.Key, [.. pair.Value.Select(Hex).Order(StringComparer.Ordinal)])).ToList();
        var plantedOf = planted.SelectMany(family => family.RowKeys, (family, key) => (key, family.Family)).ToDictionary();
        var keys = world.Rows.Select(row => Hex(row.Key)).Distinct().Where(key => found.ContainsKey(key) || plantedOf.ContainsKey(key)).ToList();
        var score = PairScore.Compare(
            [.. keys.Select(found.GetValueOrDefault)],
            [.. keys.Select(key => plantedOf.TryGetValue(key, out var family) ? family.ToString(CultureInfo.InvariantCulture) : null)]);
        return new DemoResult(run, score.Precision, score.Recall, planted);
    }

    private static string Hex(UInt128 key) => key.ToString("x32", CultureInfo.InvariantCulture);
}
