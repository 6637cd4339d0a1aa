using Memorization.Flow;
using Memorization.Operations;
using Memorization.Pipelines.Http;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Http;

public sealed class MetricsTextTests
{
    [Fact]
    public void The_page_has_help_type_and_samples_of_every_metric()
    {
        var scan = new StageCounters(StageName.Scan);
        scan.CountIn(10);
        scan.CountRejected(Reason.NoKeyword, 7);
        for (var i = 0; i < 3; i++) scan.CountKept();
        var fetch = new StageCounters(StageName.Fetch);
        fetch.CountIn(2);
        fetch.CountRejected(Reason.NotFound);
        RunMetrics.Show(new MetricSources([scan, fetch], () => TimeSpan.FromSeconds(1.5)) { Requests = () => 4, Commits = () => 1 });
        using var text = new MetricsText();

        text.Read().ShouldBe("""
            # HELP memorization_fetch_requests_total Requests sent, retries, redirects and robots.txt counted.
            # TYPE memorization_fetch_requests_total counter
            memorization_fetch_requests_total 4
            # HELP memorization_rows_ended_total Rows that ended, by the stage and the reason; those with the reason kept were stored or, by fetch, written.
            # TYPE memorization_rows_ended_total counter
            memorization_rows_ended_total{stage="Scan",reason="NoKeyword"} 7
            memorization_rows_ended_total{stage="Fetch",reason="NotFound"} 1
            # HELP memorization_rows_waiting Rows that wait for a stage.
            # TYPE memorization_rows_waiting gauge
            memorization_rows_waiting{stage="Fetch"} 1
            # HELP memorization_rows_working Rows that a stage works on.
            # TYPE memorization_rows_working gauge
            memorization_rows_working{stage="Fetch"} 1
            # HELP memorization_silence_seconds Seconds since a stage last ended a row.
            # TYPE memorization_silence_seconds gauge
            memorization_silence_seconds 1.5
            # HELP memorization_store_commits_total Commits to the store.
            # TYPE memorization_store_commits_total counter
            memorization_store_commits_total 1

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Texts_are_escaped_and_numbers_are_written_as_Prometheus_reads_them()
    {
        MetricsText.Escape("a\\b\n\"c\"", quotes: true).ShouldBe("""a\\b\n\"c\" """.TrimEnd());
        MetricsText.Escape("a \"word\"", quotes: false).ShouldBe("a \"word\"");
        MetricsText.Number(double.PositiveInfinity).ShouldBe("+Inf");
        MetricsText.Number(double.NaN).ShouldBe("NaN");
        MetricsText.Number(0.1).ShouldBe("0.1");
    }
}
