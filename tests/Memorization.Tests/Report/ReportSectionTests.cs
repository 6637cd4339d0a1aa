using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Memorization.Analysis;
using Memorization.Report;
using Memorization.Statistics;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Report;

/// <summary>What the sections say, of a store whose numbers are counted by hand.</summary>
public sealed partial class ReportSectionTests(ReportSectionTests.Rich rich) : IClassFixture<ReportSectionTests.Rich>
{
    private string Folder => Path.GetDirectoryName(rich.Store.Page)!;

    [Fact]
    public void Table_1_has_counts_that_are_those_put_in()
    {
        // 14 rows of 7 images at 14 URLs on 5 hosts, each image its own star; nothing measured how alike they are.
        var counts = CellsOf("Table 1, counts").First();

        counts[0].ShouldBe("1");
        counts[2..9].ShouldBe(["14", "28.6 %", "14", "14", "14", "5", "7"]);
        counts[11..14].ShouldBe(["7", "2", "14"]);
        counts[15].ShouldBe("199");
    }

    [Fact]
    public void Table_1_shows_the_words_that_mark_a_family_with_their_statistics()
    {
        var families = CellsOf("Table 1");
        families.Count.ShouldBe(3);
        families[0][5].ShouldContain("almond\u202F14");
        families[0][6].ShouldMatch(@"almond\u202F\+\d");

        // "almond" stands in the 14 texts of the family and in none of the 33 others (12, the third family's one, and 20): p = 1 / (47 choose 14).
        var word = CellsOf("Table 1, words").First(cells => cells[0] == "1" && cells[1] == "marking" && cells[2] == "almond");
        word[3..7].ShouldBe(["14", "0", "14", "0"]);
        var choose = Enumerable.Range(1, 14).Aggregate(1.0, (product, i) => product * (33 + i) / i);
        double.Parse(word[10], CultureInfo.InvariantCulture).ShouldBe(1 / choose, 0.05 / choose);
        word[9].ShouldBe(FormattableString.Invariant($"+{Math.Log2(47.0 / 14):0.0}"));
    }

    [Fact]
    public void Shares_have_both_denominators_their_intervals_and_bounds()
    {
        var rows = CellsOf("Shares of word sets");
        rows.Count.ShouldBe(2);

        // All 12 rows with "night" are of the second family, which is of the keyword.
        var night = rows[1];
        night[0].ShouldStartWith("night");
        (night[1], night[4]).ShouldBe(("12", "12"));
        night[5].ShouldStartWith("100.0 % 75.8 to 100.0"); // 12 / (12 + 1.96²) = 0.757
        night[7].ShouldBe("0");
        night[8].ShouldBe("100.0 to 100.0 %");
        Page().ShouldContain("<circle class=\"fill-first\" cx=\"100%\"");
    }

    [Fact]
    public void Triggers_link_to_their_family_and_discoveries_stand_apart()
    {
        var triggers = CellsOf("Triggers");

        triggers.Select(cells => cells[1]).ShouldContain("almond");
        var almond = triggers.First(cells => cells[1] == "almond");
        almond[3..5].ShouldBe(["14", "14"]);
        almond[6].ShouldBe("3.5"); // 49 rows / 14
        triggers.ShouldAllBe(cells => double.Parse(cells[9], CultureInfo.InvariantCulture) <= 0.05);
        Page().ShouldMatch("<bdi>almond</bdi></th><td><a href=\"#family-1\">");
    }

    [Fact]
    public void The_threshold_and_the_second_opinion_are_drawn_and_listed()
    {
        var steps = CellsOf("Other thresholds");
        steps.ShouldContain(cells => cells[0].Contains("the study's", StringComparison.Ordinal));
        CellsOf("Second opinion").Count.ShouldBe(3);
        File.Exists(Path.Combine(Folder, "sweep.svg")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(10, 0.9, "near-copies")]
    [InlineData(10.5, 0.4, "disagrees: most are no near-copies")]
    [InlineData(31, 0.0, "disagrees: no nearer than strangers")]
    public async Task A_family_that_the_hash_does_not_bear_out_is_marked(double median, double near, string verdict)
    {
        var data = await rich.Store.DataAsync();
        var opinion = new SecondOpinion(data.Families[0].Family, 5, median, near, 30);

        var section = SecondOpinionSection.Render(data with { Analysis = data.Analysis with { SecondOpinions = [opinion] } }).ToString();

        section.ShouldContain(verdict);
        section.Contains("class=\"marked\"", StringComparison.Ordinal).ShouldBe(verdict != "near-copies");
    }

    [Fact]
    public async Task Sets_that_are_no_discoveries_are_listed_apart_and_the_ranks_go_on()
    {
        var data = await rich.Store.DataAsync();
        var found = data.Analysis.Triggers[0];
        var chance = found with { Words = ["<i>"], Q = 0.06 };

        var section = TriggerSection.Render(data with { Analysis = data.Analysis with { Triggers = [found, chance] } }).ToString();

        section.ShouldContain("all families: 1, by");
        section.ShouldContain("Sets that are no discoveries: 1<");
        section.IndexOf("&lt;i&gt;", StringComparison.Ordinal).ShouldBeGreaterThan(section.IndexOf("<details", StringComparison.Ordinal));
        section.ShouldNotContain("<i>");
        section.ShouldMatch("<td class=\"number\">2</td><th scope=\"row\"><bdi>&lt;i&gt;");
    }

    [Fact]
    public void Methods_name_every_statistic_with_its_source_and_the_counts()
    {
        var methods = WebUtility.HtmlDecode(Page().Split("id=\"methods\"")[1]);

        foreach (var source in (string[])["Monroe", "Benjamini and Hochberg 1995", "Tarone 1990", "Westfall and Young 1993", "Fisher", "Wilson's score interval (1927)", "Hubert and Arabie 1985", "Zauner 2010", "Webb 2007"])
            methods.ShouldContain(source);
        methods.ShouldContain("49 rows, 47 texts");
        methods.ShouldContain("3 rows that the filter keeps and whose image could not be had");
        methods.ShouldContain("seed 1 ");
    }

    [Fact]
    public void Hostile_words_and_captions_are_text_in_every_section_and_file()
    {
        var page = Page();

        Regex.Count(page, "<script").ShouldBe(1);
        Regex.Count(page, "<img[^>]* src=\"data:image/jpeg").ShouldBe(Regex.Count(page, "<img"));
        page.ShouldNotContain('\u202E');
        page.ShouldContain("&lt;/td&gt;&lt;/svg&gt;&lt;script&gt;alert(1)");
        foreach (var svg in Directory.GetFiles(Folder, "*.svg"))
            XDocument.Load(svg).Descendants().ShouldAllBe(element => element.Name.LocalName != "script");
    }

    [Fact]
    public void No_text_of_the_web_begins_a_formula_in_a_spreadsheet()
    {
        using var connection = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        connection.Open();
        var texts = new List<string>();
        foreach (var file in Directory.GetFiles(Folder, "*.csv"))
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM read_csv('{file}', all_varchar = true, header = true)";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                for (var i = 0; i < reader.FieldCount; i++)
                    if (!reader.IsDBNull(i)) texts.Add(reader.GetString(i));
            }
        }

        // Numbers apart, and a host's name, whose letters cannot call anything.
        texts.Count.ShouldBeGreaterThan(500);
        texts.ShouldNotContain(text => text.StartsWith('=') || text.StartsWith('+') || text.StartsWith('@') || text.StartsWith('\t') || text.StartsWith('\r'));
        texts.Where(text => text.StartsWith('-')).ShouldAllBe(text => Harmless().IsMatch(text));
    }

    [Fact]
    public void Figures_have_the_families_rows()
    {
        var first = File.ReadAllLines(Path.Combine(Folder, "figure-1.csv"));
        first[0].ShouldBe("words,rank,table_1_rank,family,name,rows,share");
        first.Length.ShouldBe(4);
        first[1].ShouldStartWith(",1,1,");
        first[1].ShouldEndWith(FormattableString.Invariant($",14,{14.0 / 49:R}"));

        var second = File.ReadAllLines(Path.Combine(Folder, "figure-2.csv"));
        second.ShouldContain(line => line.StartsWith("night,1,2,", StringComparison.Ordinal) && line.EndsWith(",12,1", StringComparison.Ordinal));
        second.ShouldContain(line => line.StartsWith("almond blossom,1,1,", StringComparison.Ordinal));
    }

    private string Page() => File.ReadAllText(rich.Store.Page);

    // Cells as a reader sees them, without the charts in them.
    private List<string[]> CellsOf(string table)
    {
        var body = Regex.Match(Page(), $"aria-label=\"{Regex.Escape(table)}\">.*?<tbody>(.*?)</tbody>", RegexOptions.Singleline).Groups[1].Value;
        return [.. Regex.Matches(body, "<tr.*?</tr>", RegexOptions.Singleline).Select(row => Regex.Matches(row.Value, "<t[hd][ >].*?</t[hd]>", RegexOptions.Singleline)
            .Select(cell => WebUtility.HtmlDecode(Regex.Replace(cell.Value, "<[^>]*>", "")).Replace('\u00A0', ' ').Trim()).ToArray())];
    }

    [GeneratedRegex("^-([0-9.e+-]+|[a-z0-9.-]+)$")]
    private static partial Regex Harmless();

    /// <summary>The store with its report, written once for all tests here.</summary>
    public sealed class Rich : IAsyncLifetime
    {
        internal MadeStore Store { get; private set; } = null!;

        public string Page => Store.Page;

        public async ValueTask InitializeAsync()
        {
            Store = await RichStore.WriteAsync();
            await Store.ReportAsync();
        }

        public ValueTask DisposeAsync()
        {
            Store.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
