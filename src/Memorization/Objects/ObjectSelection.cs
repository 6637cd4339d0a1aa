using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Memorization.Captions;
using Memorization.Store;

namespace Memorization.Objects;

/// <summary>Sorts the rows of a study into the groups of an object: with the keyword, with each control's words, and all others, each apart by whether the caption names the object.</summary>
/// <remarks>
/// Words count as whole words, as everywhere in the study. A caption with the keyword is in no control and not among the others; one with the words of two controls is in
/// both. Of a group other than the keyword's, the rows with the smallest hash of seed and key are drawn: a simple random sample that does not depend on the order of rows.
/// </remarks>
internal sealed class ObjectSelection
{
    private const string MissingSql = """
        SELECT r.caption FROM rows r JOIN verdicts v USING (row_key) WHERE v.kept AND r.row_key NOT IN (SELECT row_key FROM study)
        """;

    private static readonly bool[] Naming = [false, true];

    private readonly ObjectOptions _options;
    private readonly KeywordSet _keyword;
    private readonly KeywordSet[] _aliases;
    private readonly KeywordSet[] _controls;
    private readonly Draw[] _draws;

    private ObjectSelection(ObjectOptions options)
    {
        _options = options;
        _keyword = new KeywordSet(options.Keyword);
        (_aliases, _controls) = ([.. options.Aliases.Select(set => new KeywordSet(set))], [.. options.Controls.Select(set => new KeywordSet(set))]);
        List<(GroupKind Kind, string Words)> kinds = [(GroupKind.Keyword, options.Keyword), .. options.Controls.Select(set => (GroupKind.Control, set)), (GroupKind.Other, "")];
        _draws = [.. kinds.SelectMany(kind => Naming.Select(isNamed =>
            new Draw(new ObjectGroup(kind.Kind, kind.Words, isNamed), kind.Kind == GroupKind.Keyword ? int.MaxValue : options.SampleRows)))];
    }

    /// <summary>Reads the rows of a store's study.</summary>
    /// <returns>Not named and named rows of the keyword, of each control in the order of the options, and of all others; rows in the order of their keys.</returns>
    public static IReadOnlyList<GroupRows> Read(StoreDatabase database, ObjectOptions options)
    {
        var selection = new ObjectSelection(options);
        database.ForEach("SELECT row_key, caption, url, content_id, family FROM study", reader =>
        {
            var row = new ObjectRow(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4));
            foreach (var draw in selection.Of(row.Caption)) draw.Add(selection.Hash(row.RowKey), row);
        });
        database.ForEach(MissingSql, reader =>
        {
            foreach (var draw in selection.Of(reader.GetString(0))) draw.WithoutImage++;
        });
        return [.. selection._draws.Select(draw => draw.End())];
    }

    private IEnumerable<Draw> Of(string caption)
    {
        var canonical = CaptionWords.Canonical(caption);
        var named = Array.Exists(_aliases, set => set.StandsIn(canonical)) ? 1 : 0;
        if (_keyword.StandsIn(canonical))
        {
            yield return _draws[named];
            yield break;
        }

        var isControl = false;
        for (var i = 0; i < _controls.Length; i++)
        {
            if (!_controls[i].StandsIn(canonical)) continue;
            isControl = true;
            yield return _draws[2 * (i + 1) + named];
        }

        if (!isControl) yield return _draws[^(2 - named)];
    }

    private ulong Hash(string rowKey) => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_options.Seed} {rowKey}")));

    // The rows with the smallest hashes; pruned when it has twice as many.
    private sealed class Draw(ObjectGroup group, int most)
    {
        private List<(ulong Hash, ObjectRow Row)> _drawn = [];
        private long _rows;

        public long WithoutImage { get; set; }

        public void Add(ulong hash, ObjectRow row)
        {
            _rows++;
            _drawn.Add((hash, row));
            if (_drawn.Count >= 2L * most) Prune();
        }

        public GroupRows End()
        {
            Prune();
            return new GroupRows(group, [.. _drawn.Select(drawn => drawn.Row).OrderBy(row => row.RowKey, StringComparer.Ordinal)]) { Kept = _rows + WithoutImage, WithoutImage = WithoutImage };
        }

        private void Prune()
        {
            if (_drawn.Count > most) _drawn = [.. _drawn.OrderBy(drawn => drawn.Hash).ThenBy(drawn => drawn.Row.RowKey, StringComparer.Ordinal).Take(most)];
        }
    }
}
