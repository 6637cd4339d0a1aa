using System.Text.Json;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

public sealed class ServeOnlyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_world_is_served_without_being_studied_and_every_request_is_written_down_before_it_is_answered()
    {
        using var demo = Program.Start(
            "demo", "--serve-only", "--rows", "1000", "--out", _folder.File("world"), "--requests", _folder.File("requests.jsonl"), "--json");
        try
        {
            var served = JsonDocument.Parse((await demo.StandardOutput.ReadLineAsync(_stop))!).RootElement;
            served.GetProperty("study").GetString().ShouldBe(_folder.File("world", "study.json"));
            using var client = new HttpClient();
            for (var i = 0; i < 2; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{served.GetProperty("port").GetInt32()}/no%20such.jpg?query");
                request.Headers.Host = "a.demo.test";
                (await client.SendAsync(request, _stop)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
            }

            (await ReadAsync()).ShouldBe(["""{"host":"a.demo.test","path":"/no such.jpg","attempt":1}""", """{"host":"a.demo.test","path":"/no such.jpg","attempt":2}"""]);
            Directory.Exists(_folder.File("world", "store")).ShouldBeFalse();
        }
        finally
        {
            demo.Kill();
            await demo.WaitForExitAsync(_stop);
        }
    }

    private async Task<string[]> ReadAsync()
    {
        await using var file = new FileStream(_folder.File("requests.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return (await reader.ReadToEndAsync(_stop)).TrimEnd().Split('\n');
    }
}
