using System.Collections;
using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>query STUDY "SQL": DuckDB over the current snapshot.</summary>
internal static class QueryVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var sql = new Argument<string>("SQL") { Description = "A query over the views rows, images, thumbnails, embeddings, verdicts, families, units and study." };
        var format = new Option<string>("--format") { Description = "table, csv or json.", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "csv", "json");
        var latest = new Option<bool>("--latest") { Description = "Query the newest version of every table, under the study's filter and model, instead of the published snapshot: what a run that was cut off has committed." };
        var command = new Command("query", "Runs SQL (DuckDB) over the current snapshot's tables.") { study, sql, format, latest };
        command.SetAction(async (parsed, _) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            using var database = parsed.GetValue(latest) ? await OpenLatestAsync(context) : await StoreDatabase.OpenAsync(context.Store);
            var (columns, rows) = database.Query(parsed.GetRequiredValue(sql));
            var chosen = parsed.GetValue(GlobalOptions.Json) ? "json" : parsed.GetValue(format);
            if (chosen == "json") WriteJson(columns, rows);
            else if (chosen == "csv") WriteCsv(columns, rows);
            else WriteTable(columns, rows);
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<StoreDatabase> OpenLatestAsync(StudyContext context)
    {
        await using var embedder = context.OpenModel(TimeProvider.System);
        return await StoreDatabase.OpenLatestAsync(context.Scope("", embedder.Model.ModelId));
    }

    private static void WriteJson(IReadOnlyList<string> columns, IReadOnlyList<object?[]> rows) => Console.Out.WriteLine(JsonSerializer.Serialize(
        rows.Select(row => columns.Zip(row).ToDictionary(cell => cell.First, cell => JsonValue(cell.Second))), JsonOutput.Indented));

    private static void WriteCsv(IReadOnlyList<string> columns, IReadOnlyList<object?[]> rows)
    {
        Console.Out.WriteLine(CsvText.Line(columns));
        foreach (var row in rows) Console.Out.WriteLine(CsvText.Line(row.Select(Text)));
    }

    private static void WriteTable(IReadOnlyList<string> columns, IReadOnlyList<object?[]> rows)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in columns) table.AddColumn(column.EscapeMarkup());
        foreach (var row in rows) table.AddRow([.. row.Select(value => Text(value).EscapeMarkup())]);
        AnsiConsole.Write(table);
    }

    private static object? JsonValue(object? value) => value switch
    {
        BigInteger big when big >= long.MinValue && big <= long.MaxValue => (long)big,
        BigInteger big => big.ToString(CultureInfo.InvariantCulture),
        double number when !double.IsFinite(number) => number.ToString(CultureInfo.InvariantCulture),
        _ => value,
    };

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        byte[] bytes => Convert.ToBase64String(bytes),
        bool flag => flag ? "true" : "false",
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => "[" + string.Join(", ", list.Cast<object?>().Select(Text)) + "]",
        _ => value.ToString() ?? "",
    };
}
