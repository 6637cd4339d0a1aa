using System.Net;
using System.Text;
using Memorization.Captions;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Rows;
using Memorization.Urls;

namespace Memorization.Fuzz;

/// <summary>What reads strangers' bytes, each as a function of them. It throws if a promise is broken: an exception where an outcome was promised, a private URL that is kept.</summary>
internal static class FuzzTargets
{
    // Made late: nothing of what is fuzzed may run before the fuzzer has begun.
    private static readonly Lazy<UrlPolicy> Urls = new(() => new UrlPolicy(ResolveMap.Parse(new Dictionary<string, string>())));
    private static readonly Lazy<RobotsTag> Robots = new(() => new RobotsTag(new FetchOptions().OptOutDirectives, "Memorization"));

    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new Dictionary<string, Action<byte[]>>
    {
        ["url"] = Url,
        ["robots"] = RobotsTxt,
        ["directives"] = Directives,
        ["answer"] = Answer,
        ["image"] = ImageHeader,
        ["parquet"] = Parquet,
    };

    // What is kept is public, has no user info, and reads the same again.
    private static void Url(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var row = new LaionRow { Key = 1, Unit = new UnitId(1, 0), RowInGroup = 0, Url = text, Caption = "" };
        if (!Urls.Value.Link(row).IsKept(out var linked)) return;
        var written = linked.Url.AbsoluteUri;
        Hold(written.All(c => c is > ' ' and <= '~'), "not ASCII");
        Hold(linked.Url.UserInfo.Length == 0, "user info");
        Hold(!IPAddress.TryParse(linked.Url.Host, out var address) || AddressPolicy.IsPublic(address), "a private address");
        Hold(Urls.Value.Check(written, null, out var again) is null && again!.AbsoluteUri == written, "reads otherwise again");
    }

    // A comment more changes nothing.
    private static void RobotsTxt(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var url = new Uri("http://a.example/images/a%20b.jpg?w=1");
        var rule = RobotsFile.Parse(text, "Memorization").Disallows(url);
        Hold(text.StartsWith('\uFEFF') || RobotsFile.Parse("# comment\n" + text + "\n# another", "Memorization").Disallows(url) == rule, "a comment counts");
    }

    private static void Directives(byte[] bytes) => Robots.Value.OptOut(Encoding.Latin1.GetString(bytes), DateTimeOffset.UnixEpoch);

    // A server's whole answer, byte by byte as it comes.
    private static void Answer(byte[] bytes)
    {
        using var fetcher = new ImageFetcher(
            new FetchOptions { RobotsTxt = false, MaxAttempts = 1, MaxRedirects = 2, MaxBytes = 1 << 20 },
            TimeProvider.System,
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8")]),
            (_, _) => ValueTask.FromResult<Stream>(new OneAnswer(bytes)));
        var row = new LaionRow { Key = 1, Unit = new UnitId(1, 0), RowInGroup = 0, Url = "http://a.example/x.jpg", Caption = "" };
        var outcome = fetcher.RunAsync(new SelectedRow(row, new Uri("http://a.example/x.jpg"), 1), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (outcome.IsKept(out var image)) Hold(image.Bytes.Length is > 0 and <= 1 << 20, "more bytes than allowed");
        else Hold(outcome.Rejection!.Reason.Stage() == StageName.Fetch, "another stage's reason");
    }

    private static void ImageHeader(byte[] bytes)
    {
        var format = ImageFormat.Sniff(bytes);
        Truncation.IsSeen(format, bytes, format == "jpeg" ? JpegMarkers.Read(bytes) : default);
        if (format == "gif") GifFrame.Find(bytes);
    }

    private static void Parquet(byte[] bytes)
    {
        var path = Path.Combine(Path.GetTempPath(), $"memorization-fuzz-{Environment.ProcessId}.parquet");
        File.WriteAllBytes(path, bytes);
        try
        {
            var file = LaionFile.Open(path);
            foreach (var group in Enumerable.Range(0, Math.Min(4, file.RowGroups.Count)))
            {
                foreach (var row in new LaionReader(file, group, new ScanFilter()).Read()) _ = row.Caption.Length;
            }
        }
        catch (BrokenInputException)
        {
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Hold(bool isTrue, string otherwise)
    {
        if (!isTrue) throw new InvalidOperationException(otherwise);
    }

    /// <summary>Takes whatever is written, and reads as the answer.</summary>
    private sealed class OneAnswer(byte[] answer) : MemoryStream(answer, writable: false)
    {
        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.CompletedTask;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
