using Memorization.Pipelines.Demo;
using Memorization.Rows;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

public sealed class DemoFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly DemoWorld _world = DemoWorld.Make(5, DemoWorld.LeastRows, faults: true);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_scan_reads_back_every_row_with_its_key_from_3_files_of_several_row_groups()
    {
        var files = DemoFiles.Write(_world.Rows, _folder.FullName).Select(path => LaionFile.Open(path, TestContext.Current.CancellationToken)).ToArray();
        files.Length.ShouldBe(3);
        files.ShouldAllBe(file => file.RowGroups.Count > 1);
        files.Sum(file => file.RowGroups.Sum()).ShouldBe(_world.Rows.Count);

        var read = files.SelectMany(file => Enumerable.Range(0, file.RowGroups.Count).SelectMany(group => new LaionReader(file, group, new ScanFilter()).Read()))
            .Select(row => (row.Key, row.Url, row.Caption, row.Width, row.Height, row.Similarity, row.License, row.Nsfw));
        read.ShouldBe(_world.Rows.Where(row => row.Caption is not null).Select(row =>
            (row.Key, row.Url, row.Caption!, (int?)row.Picture.Width, (int?)row.Picture.Height, (double?)row.Similarity, row.License, row.Nsfw)));
    }

    [Fact]
    public void The_same_rows_give_the_same_bytes()
    {
        var files = DemoFiles.Write(_world.Rows, _folder.FullName);
        var first = files.Select(File.ReadAllBytes).ToArray();
        DemoFiles.Write(_world.Rows, _folder.FullName).Select(File.ReadAllBytes).ShouldBe(first);
    }
}
