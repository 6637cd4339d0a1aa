using System.Globalization;
using System.IO.Compression;
using System.Net.NetworkInformation;
using Memorization.Fetch;
using Memorization.Flow;
using Shouldly;
using Xunit;
using static Memorization.Tests.Fetch.Fetching;

namespace Memorization.Tests.Fetch;

/// <summary>Bodies that are compressed though nobody asked, and what is kept of the answer's headers.</summary>
public sealed class BodyTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData(" GZip ")]
    public async Task A_compressed_image_arrives_as_it_was(string encoding)
    {
        await using var server = new RawServer(x => x.OkAsync(Compress(Jpeg, encoding), $"Content-Encoding: {encoding}\r\n"));
        (await FetchAsync(At(server))).Kept().Bytes.ToArray().ShouldBe(Jpeg);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_bomb_goes_off_no_further_than_the_cap(string encoding)
    {
        var bomb = Compress([.. Jpeg, .. new byte[200 << 20]], encoding);
        bomb.Length.ShouldBeLessThan(1 << 20);
        await using var server = new RawServer(x => x.OkAsync(bomb, $"Content-Encoding: {encoding}\r\n"));
        var before = GC.GetTotalAllocatedBytes();
        (await FetchAsync(At(server) with { MaxBytes = 1 << 20 })).Rejected(Reason.BodyTooLarge);
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(20 << 20);
    }

    [Fact]
    public async Task The_image_s_version_is_kept_as_the_server_names_it()
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg, "ETag: W/\"a-1\"\r\nLast-Modified: Sat, 01 Jan 2000 00:00:20 GMT\r\n"));
        var record = (await FetchAsync(At(server))).Kept().Record;
        record.ETag.ShouldBe("W/\"a-1\"");
        record.LastModified.ShouldBe("Sat, 01 Jan 2000 00:00:20 GMT");
    }

    [Fact]
    public async Task A_version_of_absurd_length_is_none()
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg, $"ETag: \"{new string('a', 2000)}\"\r\n"));
        (await FetchAsync(At(server))).Kept().Record.ETag.ShouldBeNull();
    }

    [Fact]
    public async Task After_a_thousand_bad_answers_no_connection_is_left()
    {
        var bad = new Func<Exchange, Task>[]
        {
            x => x.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n\xFF\xD8\xFF"),
            x => x.SendAsync("HTTP/1.1 500 Oops\r\nContent-Length: 1000000\r\n\r\n"),
            x => x.SendAsync("HTTP/1.1 200 OK\r\nX: " + new string('a', 100_000)),
            x => x.SendAsync("nonsense\r\n\r\n"),
            x => x.SilenceAsync(),
            x => x.SendAsync("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"),
            x => x.OkAsync(Compress(new byte[4 << 20], "gzip"), "Content-Encoding: gzip\r\n"),
            x =>
            {
                x.Reset();
                return Task.CompletedTask;
            },
        };
        await using var server = new RawServer(x => bad[int.Parse(x.Path.Split('/')[1], CultureInfo.InvariantCulture) % bad.Length](x));
        using (var fetcher = new ImageFetcher(At(server) with { MaxAttempts = 1, AttemptDeadlineSeconds = 0.3, MaxBytes = 1 << 20, CircuitFailures = 0, PerHostConcurrency = 16 }, TimeProvider.System))
        {
            var ends = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i => await fetcher.RunAsync(Row($"http://h{i % 50}.img.test/{i}/x"), TestContext.Current.CancellationToken)))
                .WaitAsync(TimeSpan.FromSeconds(120));
            ends.ShouldAllBe(end => end.Rejection != null);
        }

        for (var i = 0; i < 100 && Open(server) > 0; i++) await Task.Delay(100, TestContext.Current.CancellationToken);
        Open(server).ShouldBe(0);
    }

    private static int Open(RawServer server) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(connection => connection.RemoteEndPoint.Port == server.EndPoint.Port && connection.State is (TcpState.Established or TcpState.CloseWait));

    private static byte[] Compress(byte[] bytes, string encoding)
    {
        using var result = new MemoryStream();
        using (Stream stream = encoding.Trim().ToLowerInvariant() switch
        {
            "br" => new BrotliStream(result, CompressionLevel.SmallestSize, leaveOpen: true),
            "deflate" => new ZLibStream(result, CompressionLevel.SmallestSize, leaveOpen: true),
            _ => new GZipStream(result, CompressionLevel.SmallestSize, leaveOpen: true),
        })
        {
            stream.Write(bytes);
        }

        return result.ToArray();
    }
}
