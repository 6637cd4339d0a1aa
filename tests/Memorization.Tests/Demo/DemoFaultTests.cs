using Memorization.Captions;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Pipelines.Demo;
using Memorization.Rows;
using Memorization.Urls;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

public sealed class DemoFaultTests
{
    private static readonly StageName[] Stages = [StageName.Urls, StageName.Fetch, StageName.Decode];

    [Fact]
    public async Task Every_fault_of_a_url_or_its_answer_ends_the_row_as_planned_in_the_real_stages()
    {
        var stop = TestContext.Current.CancellationToken;
        var world = DemoWorld.Make(7, DemoWorld.LeastRows, faults: true);
        await using var server = await DemoServer.StartAsync(world, TimeProvider.System, stop);
        var options = new FetchOptions { AttemptDeadlineSeconds = 2, MaxAttempts = 2, BackoffSeconds = 0, Resolve = new Dictionary<string, string>([server.Resolve]) };
        using var fetcher = new ImageFetcher(options, TimeProvider.System);
        var policy = new UrlPolicy(ResolveMap.Parse(options.Resolve));

        var rows = world.Rows.Where(row => row.Fault is { } fault && (fault.Ends() is not { } ends || Stages.Contains(ends.Stage()))).DistinctBy(row => row.Fault);
        var ended = await Task.WhenAll(rows.Select(async row => (row.Fault, Ends: await EndAsync(row))));
        ended.ShouldBe(ended.Select(row => (row.Fault, row.Fault!.Value.Ends())));
        ended.Length.ShouldBeGreaterThan(15);
        server.Requests("127.0.0.1", "/latest/meta-data/").ShouldBe(0);

        async Task<Reason?> EndAsync(DemoRow row)
        {
            var read = new LaionRow { Key = row.Key, Unit = default, RowInGroup = 0, Url = row.Url, Caption = row.Caption! };
            var linked = await policy.RunAsync(read, stop);
            if (!linked.IsKept(out var link)) return linked.Rejection!.Reason;
            var fetched = await fetcher.RunAsync(new SelectedRow(link.Row, link.Url, 10), stop);
            if (!fetched.IsKept(out var image)) return fetched.Rejection!.Reason;
            return (await new ImageDecoder().RunAsync(image, stop)).Rejection?.Reason;
        }
    }
}
