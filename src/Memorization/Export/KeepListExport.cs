using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Export;

/// <summary>Which rows to train on if each family is to be seen only so often: keep.csv has them, drop.csv the others, effect.csv what that does to the words asked for.</summary>
internal static class KeepListExport
{
    public const string Format = "keep-list";

    private static readonly string[] Columns = ["row_key", "url", "caption", "caption_sha256", "family"];

    private static readonly string[] EffectColumns = ["words", "rows", "rows_left", "family", "share", "share_left", "keyword_share", "keyword_share_left"];

    public static async Task<Exported> WriteAsync(StoreDatabase database, Study study, string folder, CancellationToken stop)
    {
        var effect = StudyAnalysis.DropOf(database, study);
        using var keep = new CsvOutput(folder, "keep.csv", Columns);
        using var drop = new CsvOutput(folder, "drop.csv", Columns);
        using var changes = new CsvOutput(folder, "effect.csv", EffectColumns);
        var sql = $"SELECT row_key, url, caption, sha256(caption), family, kept FROM ({KeepRule.Sql(study.Analysis.KeepPerFamily)}) ORDER BY row_key";
        foreach (var (cells, kept) in database.Stream(
            sql, reader => ((object?[])[reader.GetString(0), reader.TextOrNull(1), reader.GetString(2), reader.GetString(3), reader.GetString(4)], reader.GetBoolean(5)), stop))
        {
            await (kept ? keep : drop).WriteAsync(cells).ConfigureAwait(false);
        }

        foreach (var words in effect.Words)
        {
            await changes.WriteAsync(
                string.Join(' ', words.Words), words.Rows, words.RowsLeft, words.Family, words.Share, words.ShareLeft, words.KeywordShare, words.KeywordShareLeft).ConfigureAwait(false);
        }

        var (keptFile, droppedFile) = (keep.Publish(), drop.Publish());
        return new Exported(Format, keptFile.Rows + droppedFile.Rows, [keptFile, droppedFile, changes.Publish()]) { Effect = effect };
    }
}
