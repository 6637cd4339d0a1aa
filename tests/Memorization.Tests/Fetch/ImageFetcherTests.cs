using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Memorization.Configuration;
using Memorization.Fetch;
using Memorization.Flow;
using Shouldly;
using Xunit;
using static Memorization.Tests.Fetch.Fetching;

namespace Memorization.Tests.Fetch;

public sealed class ImageFetcherTests
{
    private static string Page(string status, string headers = "") => $"HTTP/1.1 {status}\r\nContent-Length: 4\r\nContent-Type: text/html\r\n{headers}\r\n<p/>";

    [Fact]
    public async Task An_image_comes_with_its_bytes_their_sha256_its_media_type_and_how_it_went()
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg, "Content-Type: image/jpeg; q=1\r\n"));
        var before = DateTimeOffset.Parse("2020-01-01", CultureInfo.InvariantCulture);

        var image = (await FetchAsync(At(server))).Kept();

        image.Bytes.ToArray().ShouldBe(Jpeg);
        image.ContentId.ShouldBe(Convert.ToHexString(SHA256.HashData(Jpeg)).ToLowerInvariant());
        image.MediaType.ShouldBe("image/jpeg");
        image.Record.HttpStatus.ShouldBe(200);
        image.Record.Attempts.ShouldBe(1);
        image.Record.FetchedAt.ShouldBeGreaterThan(before);
        image.Record.Elapsed.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_request_says_who_asks_wants_no_compression_and_names_the_url_s_own_host()
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg));
        await FetchAsync(At(server) with { Contact = "mailto:us@example.org" }, "http://a.img.test:8080/%41?x=%7e");

        var head = server.Heads.Single();
        head.ShouldStartWith("GET /%41?x=%7e HTTP/1.1\r\n");
        head.ShouldContain("Host: a.img.test:8080\r\n");
        head.ShouldContain("User-Agent: Memorization/0.1 (+mailto:us@example.org)\r\n");
        head.ShouldContain("Accept-Encoding: identity\r\n");
        head.ShouldNotContain("Cookie", Case.Insensitive);
        head.ShouldNotContain("Referer", Case.Insensitive);
    }

    [Theory]
    [InlineData("404 Not Found", Reason.NotFound, 1)]
    [InlineData("410 Gone", Reason.Gone, 1)]
    [InlineData("401 Unauthorized", Reason.Forbidden, 1)]
    [InlineData("403 Forbidden", Reason.Forbidden, 1)]
    [InlineData("451 Legal", Reason.Forbidden, 1)]
    [InlineData("418 Teapot", Reason.UnexpectedStatus, 1)]
    [InlineData("206 Partial Content", Reason.UnexpectedStatus, 1)]
    [InlineData("429 Slow Down", Reason.TooManyRequests, 3)]
    [InlineData("500 Oops", Reason.ServerError, 3)]
    [InlineData("503 Busy", Reason.ServerError, 3)]
    public async Task A_status_has_its_reason_and_only_what_can_change_is_tried_again(string status, Reason reason, int attempts)
    {
        await using var server = new RawServer(Page(status));
        using var fetcher = new ImageFetcher(At(server), TimeProvider.System);

        var record = (await fetcher.RunAsync(Row("http://a.img.test/x.jpg"), TestContext.Current.CancellationToken)).Rejected(reason).Record;

        record.HttpStatus.ShouldBe(int.Parse(status[..3], CultureInfo.InvariantCulture));
        record.Attempts.ShouldBe(attempts);
        server.Heads.Count.ShouldBe(attempts);
        fetcher.Requests.ShouldBe(attempts);
        fetcher.Images.ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_recovers_gives_its_image_at_the_second_attempt()
    {
        await using var server = new RawServer(x => x.Hit == 1 ? x.SendAsync(Page("500 Oops")) : x.OkAsync(Jpeg));
        (await FetchAsync(At(server))).Kept().Record.ShouldSatisfyAllConditions(
            record => record.Attempts.ShouldBe(2), record => record.HttpStatus.ShouldBe(200));
    }

    [Fact]
    public async Task A_connection_reset_in_the_body_is_tried_again_and_then_a_reset()
    {
        await using var server = new RawServer(async x =>
        {
            await x.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n\xFF\xD8\xFF");
            x.Reset();
        });
        (await FetchAsync(At(server))).Rejected(Reason.ConnectionReset).Record.Attempts.ShouldBe(3);
    }

    [Fact]
    public async Task A_connection_closed_without_an_answer_is_a_reset()
    {
        await using var server = new RawServer("");
        (await FetchAsync(At(server))).Rejected(Reason.ConnectionReset).Record.HttpStatus.ShouldBeNull();
    }

    [Theory]
    [InlineData("200 OK", "Content-Length: 0\r\n", "", Reason.EmptyBody)]
    [InlineData("204 No Content", "", "", Reason.EmptyBody)]
    [InlineData("200 OK", "Content-Length: 3000\r\n", "\xFF\xD8\xFF\xE0 and no more", Reason.TruncatedBody)]
    [InlineData("200 OK", "Transfer-Encoding: chunked\r\n", "4\r\n\xFF\xD8\xFF\xE0\r\n", Reason.TruncatedBody)]
    [InlineData("200 OK", "Transfer-Encoding: chunked\r\n", "zz\r\n\xFF\xD8\xFF\xE0\r\n", Reason.MalformedResponse)]
    [InlineData("200 OK", "Content-Encoding: gzip\r\nContent-Length: 4\r\n", "\x1F\x8B\x08\x00", Reason.EmptyBody)]
    [InlineData("200 OK", "Content-Encoding: gzip\r\n", "not gzip", Reason.MalformedResponse)]
    [InlineData("200 OK", "Content-Encoding: br\r\n", "not brotli", Reason.MalformedResponse)]
    [InlineData("200 OK", "Content-Encoding: zstd\r\n", "not known", Reason.MalformedResponse)]
    [InlineData("200 OK", "Content-Encoding: gzip, gzip\r\n", "twice", Reason.MalformedResponse)]
    [InlineData("200 OK", "TDM-Reservation: 1\r\n", "\xFF\xD8\xFF\xE0", Reason.OptedOut)]
    [InlineData("200 OK", "Content-Type: image/jpeg\r\n", "<!DOCTYPE html><p>Gone fishing", Reason.NotAnImage)]
    [InlineData("200 OK", "Content-Type: image/png\r\n", "  {\"error\": 404}", Reason.NotAnImage)]
    [InlineData("200 OK", "Content-Type: image/svg+xml\r\n", "\xEF\xBB\xBF<?xml version='1.0'?><svg/>", Reason.NotAnImage)]
    [InlineData("200 OK", "Content-Type: text/html\r\n", "\x00\x01\x02\x03", Reason.NotAnImage)]
    [InlineData("200 OK", "Content-Length: 5000\r\n", "", Reason.BodyTooLarge)]
    [InlineData("301 Moved", "", "", Reason.BadRedirect)]
    [InlineData("302 Found", "Location: http://\r\n", "", Reason.BadRedirect)]
    public async Task An_answer_without_an_image_has_its_reason(string status, string headers, string body, Reason reason)
    {
        await using var server = new RawServer($"HTTP/1.1 {status}\r\n{headers}\r\n{body}");
        (await FetchAsync(At(server) with { MaxBytes = 4000 })).Rejected(reason).Record.Attempts.ShouldBe(1);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/octet-stream")]
    [InlineData("")]
    public async Task An_image_is_kept_whatever_the_server_calls_it(string mediaType)
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg, $"Content-Type: {mediaType}\r\n"));
        (await FetchAsync(At(server))).Kept().Bytes.Length.ShouldBe(Jpeg.Length);
    }

    [Theory]
    [InlineData(4000, 4000, true)]
    [InlineData(4001, 4000, false)]
    public async Task A_body_that_grows_over_the_cap_is_too_large_though_none_was_announced(int length, int cap, bool kept)
    {
        byte[] body = [0xFF, 0xD8, 0xFF, .. new byte[length - 3]];
        await using var server = new RawServer(async x =>
        {
            await x.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            foreach (var chunk in body.Chunk(1000)) await x.SendAsync([.. Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), .. chunk, 13, 10]);
            await x.SendAsync("0\r\n\r\n");
        });

        var outcome = await FetchAsync(At(server) with { MaxBytes = cap });

        if (kept) outcome.Kept().Bytes.ToArray().ShouldBe(body);
        else outcome.Rejected(Reason.BodyTooLarge);
    }

    [Fact]
    public async Task A_large_body_arrives_whole()
    {
        byte[] body = [.. Jpeg, .. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i >> 3))];
        await using var server = new RawServer(x => x.OkAsync(body));
        (await FetchAsync(At(server))).Kept().Bytes.Span.SequenceEqual(body).ShouldBeTrue();
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n")]
    public async Task What_is_not_http_is_malformed(string answer)
    {
        await using var server = new RawServer(answer);
        (await FetchAsync(At(server))).Rejected(Reason.MalformedResponse).Record.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_flood_of_headers_is_malformed()
    {
        await using var server = new RawServer(async x =>
        {
            await x.SendAsync("HTTP/1.1 200 OK\r\n");
            for (var i = 0; ; i++) await x.SendAsync($"X-{i}: {new string('a', 1000)}\r\n");
        });
        (await FetchAsync(At(server))).Rejected(Reason.MalformedResponse);
    }

    [Fact]
    public async Task A_plain_server_on_https_fails_at_tls()
    {
        await using var server = new RawServer("HTTP/1.1 400 Bad Request\r\n\r\n");
        (await FetchAsync(At(server), "https://a.img.test/x.jpg")).Rejected(Reason.TlsFailure).Record.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_tls_handshake_is_tried_again()
    {
        await using var server = new RawServer("");
        (await FetchAsync(At(server), "https://a.img.test/x.jpg")).Rejected(Reason.TlsFailure).Record.Attempts.ShouldBe(3);
    }

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("[2001:db8::1]")]
    public async Task An_address_may_be_given_another_one_too(string host)
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg));
        var resolve = new Dictionary<string, string> { [host] = server.EndPoint.ToString() };
        (await FetchAsync(At(server) with { Resolve = resolve }, $"http://{host}/")).Kept();
        server.Heads.Single().ShouldContain($"Host: {host}\r\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mémorisation/1")]
    [InlineData("a\r\nX-Injected: 1")]
    public void A_user_agent_that_cannot_be_sent_is_refused_before_the_first_request(string userAgent) =>
        Should.Throw<SetupException>(() => new ImageFetcher(new FetchOptions { UserAgent = userAgent }, TimeProvider.System));

    [Fact]
    public async Task A_refused_connection_is_tried_again_and_then_failed()
    {
        var server = new RawServer("");
        var options = At(server);
        await server.DisposeAsync();
        (await FetchAsync(options)).Rejected(Reason.ConnectionFailed).Record.ShouldSatisfyAllConditions(
            record => record.Attempts.ShouldBe(3), record => record.HttpStatus.ShouldBeNull());
    }

    [Fact]
    public async Task No_more_rows_of_one_host_are_fetched_at_once_than_allowed()
    {
        int now = 0, most = 0;
        using var gate = new SemaphoreSlim(0);
        await using var server = new RawServer(async x =>
        {
            var current = Interlocked.Increment(ref now);
            InterlockedMax(ref most, current);
            if (current == 3) gate.Release(100);
            await gate.WaitAsync(x.Stop);
            Interlocked.Decrement(ref now);
            await x.OkAsync(Jpeg);
        });
        using var fetcher = new ImageFetcher(At(server) with { PerHostConcurrency = 3 }, TimeProvider.System);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            i => fetcher.RunAsync(Row($"http://a.img.test/{i}"), TestContext.Current.CancellationToken).AsTask()));

        outcomes.ShouldAllBe(outcome => outcome.Rejection == null);
        most.ShouldBe(3);
        fetcher.Images.ShouldBe(20);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; value > seen; seen = target)
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
        }
    }
}
