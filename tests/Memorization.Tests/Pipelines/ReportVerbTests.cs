using System.Text.Json;
using Memorization.Tests.Report;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

public sealed class ReportVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_redacted_report_has_a_folder_of_its_own_and_never_that_of_the_nightly_run()
    {
        using var store = new MadeStore();
        await store.WriteAsync([new(1, 1, 1), new(2, 2, 1)]);
        var study = _folder.File("study.json");
        File.WriteAllText(study, JsonSerializer.Serialize(new { keywords = new[] { "van gogh" }, input = new[] { "rows.parquet" }, store = new { path = store.Path } }));

        var redacted = await Program.RunAsync("report", study, "--redact", "--json");
        redacted.ExitCode.ShouldBe(0, redacted.Error);
        var page = redacted.Json().GetProperty("report").GetString()!;
        page.ShouldBe(Path.Combine(store.Path, "report-redacted", "report.html"));
        File.ReadAllText(page).ShouldNotContain("host.test");

        (await Program.RunAsync("report", study, "--redact", "--out", Path.Combine(store.Path, "report"))).UserError().ShouldContain("is where `run` writes");
        (await Program.RunAsync("report", study, "--redact-key", "key")).UserError().ShouldContain("add --redact");
    }
}
