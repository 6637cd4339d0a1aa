using System.Net;
using System.Net.Sockets;
using System.Text;
using Memorization.Images;
using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

public sealed class DemoServerTests : IAsyncLifetime
{
    private readonly DemoWorld _world = DemoWorld.Make(6, DemoWorld.LeastRows, faults: true);
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;
    private DemoServer _server = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await DemoServer.StartAsync(_world, TimeProvider.System, _stop);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, _server.Port, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_plain_row_is_served_with_its_picture()
    {
        var pictures = _world.Pictures();
        foreach (var row in _world.Rows.Where(row => row is { Fault: null, Ends: null }).Where((row, i) => i % 20 == 0 || row.Url!.Contains(' ') || !Ascii.IsValid(row.Url)))
        {
            (await _client.GetByteArrayAsync(new Uri(WebUtility.HtmlDecode(row.Url!)), _stop)).ShouldBe(pictures.Render(row.Picture), row.Url);
            _server.Requests(row.Host, row.Path).ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(DemoFault.NotFound, 404)]
    [InlineData(DemoFault.Gone, 410)]
    [InlineData(DemoFault.Forbidden, 403)]
    [InlineData(DemoFault.ServerError, 500)]
    public async Task A_dead_link_answers_with_its_status_every_time(object fault, int status)
    {
        for (var attempt = 0; attempt < 2; attempt++) ((int)(await Get((DemoFault)fault)).StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task An_error_is_followed_by_the_picture()
    {
        (await Get(DemoFault.ErrorThenImage)).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await Get(DemoFault.ErrorThenImage)).IsSuccessStatusCode.ShouldBeTrue();
        var row = Row(DemoFault.ErrorThenImage);
        _server.Requests(row.Host, row.Path).ShouldBe(2);
    }

    [Fact]
    public async Task Throttling_says_when_to_come_back_and_then_serves_the_picture()
    {
        using var throttled = await Get(DemoFault.ThrottledThenImage);
        throttled.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        throttled.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await Get(DemoFault.ThrottledThenImage)).IsSuccessStatusCode.ShouldBeTrue();
    }

    [Fact]
    public async Task A_redirect_leads_to_the_picture()
    {
        var location = (await Get(DemoFault.Redirect)).Headers.Location!;
        (await _client.GetByteArrayAsync(location, _stop)).ShouldBe(_world.Pictures().Render(Row(DemoFault.Redirect).Picture));
    }

    [Fact]
    public async Task Another_redirect_leads_to_the_loopback_address()
    {
        var location = (await Get(DemoFault.RedirectToLoopback)).Headers.Location!;
        IPAddress.IsLoopback(IPAddress.Parse(location.Host)).ShouldBeTrue();
        location.Port.ShouldBe(_server.Port);
        _server.Requests(location.Host, location.AbsolutePath).ShouldBe(0);
    }

    [Fact]
    public async Task A_reset_connection_never_answers()
    {
        var failure = await Should.ThrowAsync<HttpRequestException>(() => Get(DemoFault.Reset));
        failure.InnerException.ShouldBeOfType<IOException>().InnerException.ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
    }

    [Fact]
    public async Task A_short_body_breaks_off_before_the_announced_length() =>
        (await Should.ThrowAsync<HttpRequestException>(() => Get(DemoFault.ShortBody))).InnerException.ShouldBeAssignableTo<IOException>();

    [Fact]
    public async Task A_slow_body_trickles_until_the_client_gives_up()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Row(DemoFault.SlowBody).Url);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stop);
        using var body = await response.Content.ReadAsStreamAsync(_stop);
        response.Content.Headers.ContentLength!.Value.ShouldBeGreaterThan(1000);
        var buffer = new byte[1000];
        for (var i = 0; i < 3; i++) (await body.ReadAsync(buffer, _stop)).ShouldBeInRange(1, 3);
    }

    [Fact]
    public async Task A_picture_that_opts_out_says_so_in_its_header() =>
        (await Get(DemoFault.NoAi)).Headers.GetValues("X-Robots-Tag").ShouldBe(["noai, noimageai"]);

    [Fact]
    public async Task A_page_comes_instead_of_a_picture() =>
        (await Get(DemoFault.HtmlPage)).Content.Headers.ContentType!.MediaType.ShouldBe("text/html");

    [Fact]
    public async Task An_empty_body_is_empty() => (await (await Get(DemoFault.EmptyBody)).Content.ReadAsByteArrayAsync(_stop)).ShouldBeEmpty();

    [Theory]
    [InlineData(DemoFault.TruncatedJpeg)]
    [InlineData(DemoFault.HugeHeader)]
    public async Task A_broken_picture_is_refused_by_the_decoder_for_its_reason(object fault)
    {
        using var response = await Get((DemoFault)fault);
        var outcome = new ImageDecoder().Decode(await response.Content.ReadAsByteArrayAsync(_stop));
        outcome.Rejection!.Reason.ShouldBe(((DemoFault)fault).Ends()!.Value);
    }

    [Fact]
    public async Task An_unknown_path_is_not_found() =>
        (await _client.GetAsync(new Uri("http://img1.demo.test/robots.txt"), _stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    private DemoRow Row(DemoFault fault) => _world.Rows.First(row => row.Fault == fault);

    private Task<HttpResponseMessage> Get(DemoFault fault) => _client.GetAsync(new Uri(WebUtility.HtmlDecode(Row(fault).Url!)), _stop);
}
