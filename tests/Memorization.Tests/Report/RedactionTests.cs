using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Report;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Report;

public sealed class RedactionTests(ReportSectionTests.Rich rich) : IClassFixture<ReportSectionTests.Rich>, IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_file_of_a_redacted_report_has_a_URL_a_host_an_image_a_caption_or_a_path()
    {
        var redacted = await WriteAsync("redacted", new Redaction(Key));

        var texts = Texts(redacted);
        foreach (var secret in Secrets()) texts.ShouldNotContain(text => text.Value.Contains(secret, StringComparison.OrdinalIgnoreCase), secret);
        texts.Keys.ShouldContain("REDACTED.txt");
        texts.Keys.ShouldNotContain("report.stamp");

        // The whole report has nearly all of them, so that the search can find.
        var whole = Texts(Path.GetDirectoryName(rich.Store.Page)!);
        Secrets().Count(secret => whole.Values.Any(text => text.Contains(secret, StringComparison.OrdinalIgnoreCase))).ShouldBeGreaterThan(Secrets().Count / 2);
    }

    [Fact]
    public async Task What_was_counted_is_the_same()
    {
        var redacted = await WriteAsync("redacted", new Redaction(Key));
        var whole = Path.GetDirectoryName(rich.Store.Page)!;

        foreach (var file in (string[])["funnel.csv", "figures.csv", "sweep.csv"])
            File.ReadAllText(Path.Combine(redacted, file)).ShouldBe(File.ReadAllText(Path.Combine(whole, file)));
        Numbers(redacted).ShouldBe(Numbers(whole));
        var page = File.ReadAllText(Path.Combine(redacted, "report.html"));
        page.ShouldContain("Redacted for sharing");
        page.ShouldContain("almond");

        static List<string> Numbers(string folder) =>
            [.. File.ReadLines(Path.Combine(folder, "families.csv")).Skip(1).Select(line => string.Join(',', line.Split(',').Where((_, column) => column != 1)))];
    }

    [Fact]
    public async Task One_key_gives_one_name_and_another_key_another()
    {
        var first = FirstFamily(await WriteAsync("first", new Redaction(Key)));
        var again = FirstFamily(await WriteAsync("again", new Redaction(Key)));
        var other = FirstFamily(await WriteAsync("other", Redaction.Once()));

        again.ShouldBe(first);
        other.ShouldNotBe(first);
        first.ShouldMatch("^[0-9a-f]{32}$");

        static string FirstFamily(string folder) => File.ReadLines(Path.Combine(folder, "families.csv")).Skip(1).First().Split(',')[1];
    }

    // RFC 4231, test case 2, gives 5bdcc146bf60754e6a042426089575c7 5a003f089d2739839dec58b964ec3843.
    [Fact]
    public void A_name_is_the_beginning_of_HMAC_SHA256() =>
        new Redaction(Encoding.ASCII.GetBytes("Jefe")).NameOf("what do ya want for nothing?").ShouldBe("5bdcc146bf60754e6a042426089575c7");

    [Fact]
    public async Task A_redacted_report_is_written_into_an_empty_folder_or_over_another_one_only()
    {
        var whole = Path.GetDirectoryName(rich.Store.Page)!;
        (await Should.ThrowAsync<SetupException>(() => WriteToAsync(whole, new Redaction(Key)))).Message.ShouldContain("would be shared");

        var redacted = await WriteAsync("redacted", new Redaction(Key));
        await WriteToAsync(redacted, new Redaction(Key));
        (await Should.ThrowAsync<SetupException>(() => WriteToAsync(redacted, null))).Message.ShouldContain("has a redacted report");
    }

    [Fact]
    public async Task A_run_does_not_take_a_redacted_report_for_its_own()
    {
        var redacted = await WriteAsync("redacted", new Redaction(Key));
        using var database = await rich.Store.OpenAsync();

        (await ReportFolder.ReadCurrentAsync(database, rich.Store.Study, "f", redacted)).ShouldBeNull();
        (await ReportFolder.ReadCurrentAsync(database, rich.Store.Study, "f", Path.GetDirectoryName(rich.Store.Page)!)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_key_that_is_not_there_or_too_short_is_refused()
    {
        var key = _folder.File("key");
        (await Should.ThrowAsync<SetupException>(() => Redaction.WithKeyOfAsync(key))).Message.ShouldContain($"there is no key in {key}");
        File.WriteAllBytes(key, new byte[31]);
        (await Should.ThrowAsync<SetupException>(() => Redaction.WithKeyOfAsync(key))).Message.ShouldContain("31 bytes; 32 are the least");
        File.WriteAllBytes(key, Key);
        (await Redaction.WithKeyOfAsync(key)).NameOf("x").ShouldBe(new Redaction(Key).NameOf("x"));
    }

    private Task<string> WriteAsync(string name, Redaction? redaction) => WriteToAsync(_folder.File(name), redaction);

    private async Task<string> WriteToAsync(string folder, Redaction? redaction)
    {
        using var database = await rich.Store.OpenAsync();
        await ReportFolder.WriteAsync(rich.Store.Path, database, rich.Store.Study, "f", StudyAnalysis.Compute(database, rich.Store.Study), folder, redaction);
        return folder;
    }

    private List<string> Secrets()
    {
        var rows = RichStore.Rows().ToList();
        return [.. rows.Select(row => row.Url!), .. rows.Select(row => new Uri(row.Url!).Host), .. rows.Select(row => Convert.ToBase64String(row.Thumbnail!)), .. rows.Select(row => row.Caption),
            .. rows.Select(row => MadeRows.Content(row.Content)), "host.test", "/secret/place", rich.Store.Path];
    }

    // Every file as text: packed tables in the page and Parquet files unpacked, JSON's and HTML's escapes undone.
    private static Dictionary<string, string> Texts(string folder) => Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), file =>
    {
        if (Path.GetExtension(file) == ".parquet") return Parquet(file);
        var text = File.ReadAllText(file, Encoding.UTF8);
        var packed = Regex.Matches(text, "data:application/gzip;base64,([^\"]*)").Select(match => Unpacked(match.Groups[1].Value));
        return string.Join('\n', packed.Prepend(System.Net.WebUtility.HtmlDecode(text)).Prepend(Regex.Replace(text, @"\\(.)", "$1")).Prepend(text));
    });

    private static string Unpacked(string base64)
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(base64)), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }

    private static string Parquet(string file)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT string_agg(t::VARCHAR, '\n') FROM read_parquet('{file}') t";
        return command.ExecuteScalar()?.ToString() ?? "";
    }
}
