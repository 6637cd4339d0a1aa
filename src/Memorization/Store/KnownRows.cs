using System.Globalization;
using Memorization.Captions;
using Memorization.Flow;

namespace Memorization.Store;

/// <summary>What earlier commits hold of one row, under the current filter and model.</summary>
/// <param name="HasVerdict">The current filter's verdict is written.</param>
/// <param name="IsStored">The image was kept and its embedding under the current model is there.</param>
/// <param name="Failure">Why the image was not kept; null if it was, or was never asked for.</param>
internal readonly record struct KnownRow(bool HasVerdict, bool IsStored, Reason? Failure);

/// <summary>A reason that an earlier run found and wrote; nothing is done or written again.</summary>
internal sealed record RecordedRejection(Reason Reason) : Rejection(Reason, "as an earlier run found");

/// <summary>Stage: lets through only rows that are neither in the store nor met before in this run.</summary>
/// <remarks>Not thread-safe: runs one row at a time, in the order of the scan, so that the first of two equal rows is the one that counts.</remarks>
public sealed class KnownRows
{
    private readonly HashSet<UInt128> _met = [];

    private KnownRows(Dictionary<UInt128, KnownRow> rows, HashSet<string> contents, HashSet<string> thumbnails)
    {
        Rows = rows;
        Contents = contents;
        Thumbnails = thumbnails;
    }

    /// <summary>Rows that earlier commits hold. Never changed after loading.</summary>
    internal IReadOnlyDictionary<UInt128, KnownRow> Rows { get; }

    /// <summary>Content ids with an embedding under the current model in earlier commits. Never changed after loading.</summary>
    internal IReadOnlySet<string> Contents { get; }

    /// <summary>Content ids with a thumbnail in earlier commits. Never changed after loading.</summary>
    internal IReadOnlySet<string> Thumbnails { get; }

    /// <summary>Reads what the store holds.</summary>
    internal static KnownRows Load(StoreDatabase database)
    {
        const string sql = """
            SELECT r.row_key, v.kept IS NOT NULL, i.outcome, i.reason, e.content_id IS NOT NULL
            FROM rows r LEFT JOIN verdicts v USING (row_key) LEFT JOIN images i USING (row_key)
            LEFT JOIN (SELECT content_id FROM embeddings) e ON e.content_id = i.content_id
            """;
        var rows = new Dictionary<UInt128, KnownRow>();
        foreach (var (key, row) in database.Query(sql, reader => (
            UInt128.Parse(reader.GetString(0), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            new KnownRow(
                reader.GetBoolean(1),
                !reader.IsDBNull(2) && reader.GetString(2) == ImageRecord.Kept && reader.GetBoolean(4),
                reader.IsDBNull(3) ? null : Enum.Parse<Reason>(reader.GetString(3))))))
        {
            rows.Add(key, row);
        }

        return new KnownRows(rows, Contents("embeddings"), Contents("thumbnails"));

        HashSet<string> Contents(string table) => [.. database.Query($"SELECT content_id FROM {table}", reader => reader.GetString(0))];
    }

    /// <summary>Keeps a row that is new.</summary>
    public ValueTask<Outcome<SelectedRow>> RunAsync(SelectedRow row, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(row);
        return ValueTask.FromResult(Judge(row));
    }

    private Outcome<SelectedRow> Judge(SelectedRow row)
    {
        if (!_met.Add(row.Row.Key)) return new Rejection(Reason.DuplicateRow);
        if (!Rows.TryGetValue(row.Row.Key, out var known)) return row;
        if (known.IsStored) return new Rejection(Reason.AlreadyStored);
        return known.Failure is { } failure ? new RecordedRejection(failure) : row;
    }
}
