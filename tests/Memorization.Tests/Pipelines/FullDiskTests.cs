using Memorization.Configuration;
using Memorization.Pipelines;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

public sealed class FullDiskTests
{
    [Fact]
    public void A_full_device_is_told_from_other_failures_through_every_exception_around_it()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "only Linux has a device that is always full");
        var failure = Should.Throw<SetupException>(() => Durable.Guard("a file", () =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            full.Write([1]);
            return true;
        }));

        FullDisk.IsCauseOf(failure).ShouldBeTrue(failure.ToString());
        FullDisk.IsCauseOf(new InvalidOperationException("around", failure)).ShouldBeTrue();
    }

    [Fact]
    public void Other_failures_of_files_are_none()
    {
        FullDisk.IsCauseOf(new SetupException("cannot write", new UnauthorizedAccessException())).ShouldBeFalse();
        FullDisk.IsCauseOf(new FileNotFoundException("none")).ShouldBeFalse();
        FullDisk.IsCauseOf(new IOException("broken pipe", 32)).ShouldBeFalse();
    }
}
