using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Memorization.Store;

/// <summary>Checks the newest state's records against each other: keys, places, references, embeddings.</summary>
internal sealed class RowVerification(StoreTables tables, VerifyNotes notes)
{
    private const string Reference = "reference";

    // A replaced character stands where the received bytes were no UTF-8: of them nothing can be recomputed.
    private const string KeysSql = """
        SELECT row_key, coalesce(url, ''), caption FROM (SELECT * FROM rows UNION ALL SELECT * FROM duplicates)
        WHERE NOT contains(coalesce(url, ''), chr(65533)) AND NOT contains(caption, chr(65533))
        """;

    private static readonly RecordCheck[] Rows =
    [
        new(Reference, "row keys stand twice in rows", "SELECT row_key FROM rows GROUP BY row_key HAVING count(*) > 1"),
        new("row key", "key prefixes are not how the row keys begin", "SELECT row_key FROM (FROM rows UNION ALL FROM duplicates) WHERE key_prefix <> ('0x' || left(row_key, 15))::BIGINT"),
        new(Reference, "images are of no row", "SELECT row_key FROM images ANTI JOIN rows USING (row_key)"),
        new(Reference, "duplicates repeat no row", "SELECT row_key FROM duplicates ANTI JOIN rows USING (row_key)"),
        new(Reference, "duplicates stand where a row stands", "SELECT row_key FROM duplicates SEMI JOIN rows USING (source_content, source_row_group, source_row)"),
        new(Reference, "images have neither outcome or both", "SELECT row_key FROM images WHERE outcome NOT IN ('kept', 'rejected') OR (outcome = 'kept') <> (reason IS NULL) OR (outcome = 'kept' AND content_id IS NULL)"),
        new(Reference, "images stand twice in thumbnails", "SELECT content_id FROM thumbnails GROUP BY content_id HAVING count(*) > 1"),
    ];

    private static readonly RecordCheck[] Verdicts =
    [
        new(Reference, "verdicts are of no row", "SELECT row_key FROM verdicts ANTI JOIN rows USING (row_key)"),
        new(Reference, "rows have two verdicts of one filter", "SELECT row_key FROM verdicts GROUP BY row_key HAVING count(*) > 1"),
        new(Reference, "verdicts have no reason, or one for a kept row", "SELECT row_key FROM verdicts WHERE kept <> (reason IS NULL)"),
    ];

    // NaN and infinity are greater than every number in DuckDB's order.
    private static readonly RecordCheck[] Embeddings =
    [
        new("embedding", "images have two embeddings of one model", "SELECT content_id FROM embeddings GROUP BY content_id HAVING count(*) > 1"),
        new("embedding", "embeddings have another length than most", "SELECT content_id FROM embeddings WHERE len(embedding) <> (SELECT mode(len(embedding)) FROM embeddings)"),
        new("embedding", "embeddings are not of unit length or not finite", "SELECT content_id FROM embeddings WHERE abs(sqrt(list_dot_product(embedding, embedding)) - 1) > 0.01"),
    ];

    // Under several models an image may be kept that one of them has not seen yet.
    private static readonly RecordCheck IsEmbedded =
        new(Reference, "kept images have no embedding", "SELECT row_key FROM images ANTI JOIN embeddings USING (content_id) WHERE outcome = 'kept'");

    /// <summary>Runs the checks.</summary>
    /// <param name="spill">A folder for what does not fit into memory.</param>
    /// <param name="stop">Stops between two checks.</param>
    public async Task RunAsync(string spill, CancellationToken stop)
    {
        var filters = Partitions(Tables.Verdicts);
        var models = Partitions(Tables.Embeddings);
        await WithAsync("", "", spill, async database =>
        {
            await RunAsync(database, Rows, "rows", stop).ConfigureAwait(false);
            CheckKeys(database, stop);
            await BlobVerification.RunAsync(database, tables.Store, notes, stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
        foreach (var filter in filters) await WithAsync(filter, "", spill, database => RunAsync(database, Verdicts, $"verdicts of filter {filter}", stop)).ConfigureAwait(false);
        foreach (var model in models) await WithAsync("", model, spill, database => RunAsync(database, models.Count == 1 ? [.. Embeddings, IsEmbedded] : Embeddings, $"embeddings of model {model}", stop)).ConfigureAwait(false);
    }

    private List<string> Partitions(string name)
    {
        var table = Tables.Of(name);
        return [.. tables.Files(table).Select(file => file.PartitionValues.GetValueOrDefault(table.Partition!, "")).Distinct().Order(StringComparer.Ordinal)];
    }

    private async Task WithAsync(string filter, string model, string spill, Func<StoreDatabase, Task> work)
    {
        using var database = StoreDatabase.Open(tables, filter, model);
        database.SpillTo(spill);
        await work(database).ConfigureAwait(false);
    }

    private Task RunAsync(StoreDatabase database, RecordCheck[] checks, string where, CancellationToken stop)
    {
        foreach (var check in checks)
        {
            stop.ThrowIfCancellationRequested();
            check.Run(database, where, notes);
        }

        return Task.CompletedTask;
    }

    private void CheckKeys(StoreDatabase database, CancellationToken stop)
    {
        var (wrong, first) = (0L, "");
        foreach (var (key, url, caption) in database.Stream(KeysSql, reader => (reader.GetString(0), reader.GetString(1), reader.GetString(2)), stop))
        {
            if (XxHash128.HashToUInt128(Encoding.UTF8.GetBytes($"{url}\n{caption}")).ToString("x32", CultureInfo.InvariantCulture) == key) continue;
            if (wrong++ == 0) first = key;
        }

        if (wrong > 0) notes.Add("row key", "rows, duplicates", string.Create(CultureInfo.InvariantCulture, $"row keys are not the hash of URL and caption: {wrong}, the first is {first}"), "restore the store from a copy");
    }
}
