namespace Memorization.Analysis;

/// <summary>The rows the study is about, in SQL: the filter keeps them and their image is stored.</summary>
public static class StudyRows
{
    /// <summary>One row each: row_key, caption, url, content_id, family.</summary>
    public const string Sql = """
        SELECT r.row_key, r.caption, r.url, i.content_id, f.family
        FROM rows r JOIN verdicts v USING (row_key) JOIN images i USING (row_key) JOIN families f USING (content_id)
        WHERE v.kept AND i.outcome = 'kept'
        """;
}
