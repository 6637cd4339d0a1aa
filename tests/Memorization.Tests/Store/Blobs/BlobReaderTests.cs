using Memorization.Configuration;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store.Blobs;

public sealed class BlobReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Many_readers_of_many_shards_get_their_own_bytes_through_few_open_files()
    {
        var places = new List<(BlobPlace Place, byte[] Image)>();
        for (var number = 0; number < 3 * BlobReader.MostOpen; number++)
        {
            byte[][] images = [.. BlobShardTests.Many(20).Select(image => (byte[])[(byte)number, .. image])];
            places.AddRange((await BlobShardTests.PublishAsync(_folder.Path, number, images)).Zip(images));
        }

        using var reader = new BlobReader(_folder.Path);
        var order = Enumerable.Range(0, 4).SelectMany(_ => places).ToArray();
        new Random(1).Shuffle(order);
        await Parallel.ForEachAsync(order, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (one, stop) =>
        {
            (await reader.ReadAsync(one.Place, stop)).AsSpan().SequenceEqual(one.Image).ShouldBeTrue();
            reader.Open.ShouldBeLessThanOrEqualTo(BlobReader.MostOpen);
        });
    }

    [Fact]
    public async Task A_missing_shard_is_named()
    {
        using var reader = new BlobReader(_folder.Path);

        (await Should.ThrowAsync<SetupException>(async () => await reader.ReadAsync(new BlobPlace("blobs-000009.tar", 512, 3), default)))
            .Message.ShouldContain("blobs-000009.tar");
    }

    [Theory]
    [InlineData(512, 1 << 20)]
    [InlineData(1 << 20, 1)]
    [InlineData(512, long.MaxValue)]
    [InlineData(-1, 3)]
    [InlineData(512, -3)]
    public async Task A_place_outside_its_shard_is_an_error_and_takes_no_memory(long offset, long length)
    {
        await BlobShardTests.PublishAsync(_folder.Path, 0, [[1, 2, 3]]);
        using var reader = new BlobReader(_folder.Path);

        var error = await Should.ThrowAsync<SetupException>(async () => await reader.ReadAsync(new BlobPlace("blobs-000000.tar", offset, length), default));

        error.Message.ShouldContain("blobs-000000.tar");
        error.Message.ShouldContain("restore the file from a copy");
    }

    [Fact]
    public async Task A_shard_that_was_cut_off_is_an_error()
    {
        var place = (await BlobShardTests.PublishAsync(_folder.Path, 0, [[1, 2, 3, 4]]))[0];
        using (var file = File.OpenWrite(_folder.File("blobs", place.Shard))) file.SetLength(place.Offset + 2);
        using var reader = new BlobReader(_folder.Path);

        (await Should.ThrowAsync<SetupException>(async () => await reader.ReadAsync(place, default))).Message.ShouldContain("the shard ends before that");
    }
}
