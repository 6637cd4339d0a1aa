namespace Memorization.Analysis;

/// <summary>The rows the study is about, in SQL: the filter keeps them and their image is stored.</summary>
public static class StudyRows
{
    /// <summary>One row each: row_key, caption, url, content_id, family.</summary>
    public const string Sql = "SELECT row_key, caption, url, content_id, family FROM study";
}
