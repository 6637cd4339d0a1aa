using Memorization.Configuration;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store;

/// <summary>What a disk that is full makes of a file that is written piece by piece.</summary>
public sealed class UnfinishedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_that_is_given_up_on_a_full_disk_says_which_and_is_gone()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "only Linux has a device that is always full");
        var path = _folder.File("shard.tar");
        File.CreateSymbolicLink(path + Durable.Unfinished, "/dev/full");

        Should.Throw<SetupException>(() =>
        {
            using var file = new UnfinishedFile(path);
            file.Stream.Write(new byte[100]);
            file.Publish();
        }).Message.ShouldStartWith($"cannot write {path}: ");

        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }
}
