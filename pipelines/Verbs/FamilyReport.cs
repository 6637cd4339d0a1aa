using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>A study's families in numbers, after cluster.</summary>
/// <param name="Changed">Whether this published a snapshot.</param>
/// <param name="Threshold">Cosine at or above which two images are linked.</param>
/// <param name="Images">Distinct images.</param>
/// <param name="Families">Families of two and more.</param>
/// <param name="Largest">Images of the largest.</param>
/// <param name="Chained">Families that one star does not cover: links chain members together that do not resemble one leader.</param>
/// <param name="LeastSimilarity">The lowest similarity within a family.</param>
/// <param name="Merged">Names that the newest snapshot lost to an older family.</param>
/// <param name="Split">Times that it took members from a name.</param>
/// <param name="Ended">Names whose images it has no more.</param>
internal sealed record FamilyReport(bool Changed, double Threshold, long Images, long Families, long Largest, long Chained, double LeastSimilarity, long Merged, long Split, long Ended)
{
    public static FamilyReport Of(StoreDatabase database, bool changed)
    {
        var (threshold, number) = database.ThresholdAndSnapshot;
        return database.Query(
            string.Create(CultureInfo.InvariantCulture, $"""
                SELECT coalesce(sum(contents), 0)::BIGINT, count(*) FILTER (contents > 1), coalesce(max(contents), 0)::BIGINT, count(*) FILTER (stars > 1), coalesce(min(least_similarity), 1),
                       {Events("merged")}, {Events("split")}, {Events("ended")}
                FROM family_names
                """),
            reader => new FamilyReport(
                changed, threshold, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetDouble(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7)))[0];

        string Events(string change) => string.Create(CultureInfo.InvariantCulture, $"(SELECT count(*) FROM family_log WHERE snapshot = {number} AND change = '{change}')");
    }

    public void Print(bool json) => Console.Out.WriteLine(json
        ? JsonSerializer.Serialize(this, JsonOutput.Indented)
        : string.Create(CultureInfo.InvariantCulture, $"""
            {Images:N0} images at threshold {Threshold}{(Changed ? "" : ", as before")}: {Families:N0} families of two and more, the largest {Largest:N0}
            {Chained:N0} of them are chained (more than one star); the lowest similarity within a family is {LeastSimilarity:F3}
            names: {Merged:N0} merged, {Split:N0} parts split off, {Ended:N0} ended
            """));
}
