using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using CsCheck;
using Memorization.Configuration;
using Memorization.Store;
using Memorization.Tests.Images;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Store.Blobs;

public sealed class BlobShardTests : IDisposable
{
    private static readonly byte[] Jpeg = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 8, 8);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_goes_in_comes_out_byte_for_byte_in_any_order() => Gen.Byte.Array[0, 2000].Array[1, 30].Sample(images =>
    {
        using var folder = new TemporaryFolder();
        var places = PublishAsync(folder.Path, 0, images).GetAwaiter().GetResult();
        using var reader = new BlobReader(folder.Path);
        foreach (var (image, place) in images.Zip(places).Reverse())
            reader.ReadAsync(place, default).AsTask().GetAwaiter().GetResult().ShouldBe(image);
    }, iter: 20);

    [Fact]
    public async Task A_large_image_among_many_small_ones_comes_out_byte_for_byte()
    {
        var large = new byte[20 << 20];
        new Random(1).NextBytes(large);
        byte[][] images = [.. Many(500), large, .. Many(1000).Skip(500)];
        var places = await PublishAsync(_folder.Path, 7, images);

        using var reader = new BlobReader(_folder.Path);
        for (var i = 0; i < images.Length; i++) (await reader.ReadAsync(places[i], default)).AsSpan().SequenceEqual(images[i]).ShouldBeTrue($"image {i}");
        places.ShouldAllBe(place => place.Shard == "blobs-000007.tar");
    }

    [Fact]
    public async Task An_image_and_what_is_known_of_it_are_neighbours_named_by_content_and_format()
    {
        byte[][] images = [Jpeg, Encoded.ByEncoder(SKEncodedImageFormat.Png, 3, 3), [1, 2, 3]];
        await PublishAsync(_folder.Path, 0, images);

        using var tar = new TarReader(File.OpenRead(Shard(0)));
        foreach (var (image, extension) in images.Zip(["jpg", "png", "bin"]))
        {
            var member = tar.GetNextEntry(copyData: true).ShouldBeOfType<UstarTarEntry>();
            member.Name.ShouldBe($"{Id(image)}.{extension}");
            ((MemoryStream)member.DataStream!).ToArray().ShouldBe(image);
            (member.ModificationTime, member.Uid, member.Gid, (int)member.Mode).ShouldBe((DateTimeOffset.UnixEpoch, 0, 0, Convert.ToInt32("644", 8)));
            var about = tar.GetNextEntry(copyData: true)!;
            about.Name.ShouldBe($"{Id(image)}.json");
            var json = JsonDocument.Parse(about.DataStream!).RootElement;
            json.GetProperty("content_id").GetString().ShouldBe(Id(image));
            json.GetProperty("media_type").GetString().ShouldBe("image/test");
            json.GetProperty("url").GetString().ShouldStartWith("http://host.test/");
            json.GetProperty("row_key").GetString().ShouldNotBeNull();
        }

        tar.GetNextEntry().ShouldBeNull();
    }

    [Fact]
    public async Task Python_reads_a_shard_as_a_tar()
    {
        byte[][] images = [Jpeg, .. Many(100)];
        await PublishAsync(_folder.Path, 0, images);

        var found = await Python.RunAsync("tarfile, hashlib, json", """
            tar = tarfile.open(sys.argv[1], 'r:')
            while image := tar.next():
                about = tar.next()
                body = tar.extractfile(image).read()
                assert json.load(tar.extractfile(about))['content_id'] == hashlib.sha256(body).hexdigest(), image.name
                assert about.name.split('.')[0] == image.name.split('.')[0] == hashlib.sha256(body).hexdigest()
                print(image.name, image.offset_data, len(body))
            """, Shard(0));
        found.Split('\n').Length.ShouldBe(101);
        found.ShouldStartWith($"{Id(Jpeg)}.jpg 512 {Jpeg.Length}");
    }

    [Fact]
    public async Task Equal_images_give_equal_shards()
    {
        await PublishAsync(_folder.Path, 0, [.. Many(50)]);
        await PublishAsync(_folder.Path, 1, [.. Many(50)]);

        File.ReadAllBytes(Shard(0)).ShouldBe(File.ReadAllBytes(Shard(1)));
    }

    [Fact]
    public void A_shard_that_was_not_published_has_no_name_and_leaves_nothing_when_it_is_given_up()
    {
        var shard = BlobShard.Create(_folder.Path, 0, "run");
        shard.Add(Id(Jpeg), Jpeg, Facts(0));
        Directory.GetFiles(_folder.File("blobs")).Select(Path.GetFileName).ShouldBe(["blobs-000000.tar.run.tmp"]);

        shard.Dispose();

        Directory.GetFiles(_folder.File("blobs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_published_shard_is_never_replaced()
    {
        await PublishAsync(_folder.Path, 0, [Jpeg]);
        var before = File.ReadAllBytes(Shard(0));

        using (var second = BlobShard.Create(_folder.Path, 0, "other"))
        {
            second.Add(Id([1]), new byte[] { 1 }, Facts(1));
            (await Should.ThrowAsync<SetupException>(second.PublishAsync)).Message.ShouldContain("blobs-000000.tar: there is one already");
        }

        File.ReadAllBytes(Shard(0)).ShouldBe(before);
        Directory.GetFiles(_folder.File("blobs")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Of_writers_that_publish_at_once_one_wins()
    {
        var shards = Enumerable.Range(0, 8).Select(i => BlobShard.Create(_folder.Path, 0, $"run{i}")).ToList();
        foreach (var (shard, i) in shards.Select((shard, i) => (shard, i))) shard.Add(Id([(byte)i]), new[] { (byte)i }, Facts(i));

        var won = await Task.WhenAll(shards.Select(async shard =>
        {
            try
            {
                await shard.PublishAsync();
                return true;
            }
            catch (SetupException)
            {
                return false;
            }
        }));
        foreach (var shard in shards) shard.Dispose();

        won.Count(one => one).ShouldBe(1);
        using var tar = new TarReader(File.OpenRead(Shard(0)));
        tar.GetNextEntry()!.Name.ShouldBe($"{Id([(byte)Array.IndexOf(won, true)])}.bin");
    }

    [Fact]
    public async Task A_shard_that_cannot_be_written_is_the_users_to_mend()
    {
        await File.WriteAllTextAsync(_folder.File("blobs"), "a file where the folder should be");

        Should.Throw<SetupException>(() => BlobShard.Create(_folder.Path, 0, "run")).Message.ShouldContain("cannot write");
    }

    internal static string Id(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Publishes a shard of the images.</summary>
    internal static async Task<IReadOnlyList<BlobPlace>> PublishAsync(string store, long number, IReadOnlyList<byte[]> images)
    {
        using var shard = BlobShard.Create(store, number, "run");
        var places = images.Select((image, i) => shard.Add(Id(image), image, Facts(i))).ToList();
        await shard.PublishAsync();
        return places;
    }

    internal static IEnumerable<byte[]> Many(int count) => Enumerable.Range(0, count).Select(i =>
    {
        var bytes = new byte[i % 1100];
        new Random(i).NextBytes(bytes);
        return bytes;
    });

    private static BlobFacts Facts(int i) => new(i.ToString("x32", CultureInfo.InvariantCulture), $"http://host.test/{i}.jpg", "image/test");

    private string Shard(long number) => _folder.File("blobs", BlobShard.NameOf(number));
}
