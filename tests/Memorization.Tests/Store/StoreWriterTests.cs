using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Store;
using Shouldly;
using Xunit;
using static Memorization.Tests.Store.MadeRows;

namespace Memorization.Tests.Store;

public sealed class StoreWriterTests : WrittenStoreTests
{
    [Fact]
    public async Task Every_table_says_what_became_of_the_rows()
    {
        await CommitAsync(Stored(1), Stored(2, content: 1), NotFound(3), CaptionTooLong(4));

        Query("SELECT count(*) FROM rows").ShouldBe("4");
        Query("SELECT string_agg(outcome || ':' || coalesce(reason, '') || ':' || http_status, ' ' ORDER BY row_key) FROM images")
            .ShouldBe("kept::200 kept::200 rejected:NotFound:404");
        Query("SELECT string_agg(kept || ':' || coalesce(reason, ''), ' ' ORDER BY row_key) FROM verdicts").ShouldBe("true: true: true: false:CaptionTooLong");
        Query("SELECT url || '|' || caption || '|' || width || '|' || token_count FROM rows WHERE row_key LIKE '%2'").ShouldBe("http://host.test/1.jpg|van gogh number 1|100|9");
        Query("SELECT fetched_at FROM images LIMIT 1").ShouldContain("2026");
    }

    [Fact]
    public async Task Equal_bytes_have_one_embedding_and_every_row_its_own_image_record()
    {
        var batch = await CommitAsync(Stored(1), Stored(2, content: 1), Stored(3));

        batch!.Images.Select(image => image.ContentId).ShouldBe([Content(1), Content(3)]);
        Query("SELECT count(*) || ' ' || count(DISTINCT content_id) FROM embeddings").ShouldBe("2 2");
        (await CommitAsync(Stored(4, content: 3)))!.Images.ShouldBeEmpty();
        Query("SELECT count(*) FROM embeddings").ShouldBe("2");
    }

    [Fact]
    public async Task Equal_bytes_have_one_thumbnail_in_the_commit_of_their_embedding_whatever_the_run_or_the_model()
    {
        await CommitAsync(Stored(1), Stored(2, content: 1), Stored(3));
        await CommitAsync(Stored(4, content: 3));
        using (var other = await OpenAsync(model: "other"))
        {
            await other.Writer.AddAsync(Stored(1));
            await other.Writer.FlushAsync();
        }

        Query("SELECT count(*) || ' ' || count(DISTINCT content_id) FROM thumbnails").ShouldBe("2 2");
        Query($"SELECT hex(image) || ' ' || mime FROM thumbnails WHERE content_id = '{Content(3)}'").ShouldBe("FFD803 image/jpeg");
        (await StoreTables.ReadAsync(Folder.Path)).Versions.Select(table => $"{table.Key} {table.Value}")
            .ShouldBe(["embeddings 1", "images 2", "rows 1", "thumbnails 0", "verdicts 1"]);
    }

    [Fact]
    public async Task A_row_without_a_thumbnail_leaves_none_and_a_later_one_of_the_same_bytes_does()
    {
        var bare = (EmbeddedImage)Stored(1).Item;
        await CommitAsync(new RowEnd(bare with { Decoded = bare.Decoded with { Thumbnail = null } }, null));
        Query("SELECT count(*) FROM thumbnails").ShouldBe("0");

        await CommitAsync(Stored(2, content: 1));

        Query("SELECT count(*) FROM thumbnails").ShouldBe("1");
        Query("SELECT count(*) FROM embeddings").ShouldBe("1");
    }

    [Fact]
    public async Task An_embedding_is_read_back_to_the_bit()
    {
        await CommitAsync(Stored(1));

        Query("SELECT embedding[1] FROM embeddings").ShouldBe(((float)(Half)Math.Cos(0.5)).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task What_was_not_committed_is_not_part_of_the_store_and_its_files_are_removed()
    {
        await CommitAsync(Stored(1));
        var orphan = Folder.File("rows", "data-000001-killed.parquet");
        File.Copy(Directory.GetFiles(Folder.File("rows"), "*.parquet").Single(), orphan);
        File.WriteAllText(Folder.File("images", "data-000001-killed.parquet.tmp"), "half a file");

        Query("SELECT count(*) FROM rows").ShouldBe("1");
        await CommitAsync();

        File.Exists(orphan).ShouldBeFalse();
        Directory.GetFiles(Folder.File("images"), "*.*").Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_unit_is_finished_once_its_last_row_has_ended_whichever_comes_last()
    {
        var other = new UnitId(8, 3);
        using (var store = await OpenAsync())
        {
            await store.Writer.AddAsync(UnitEnds(emitted: 2, noKeyword: 40));
            await store.Writer.AddAsync(Stored(1));
            await store.Writer.AddAsync(NotFound(2));
            await store.Writer.AddAsync(Stored(3, unit: other));
            await store.Writer.AddAsync(UnitEnds(emitted: 2, unit: other));
            await store.Writer.FlushAsync();
        }

        var history = await UnitHistory.ReadAsync(await StoreTables.ReadAsync(Folder.Path));
        var done = history.Find(Unit, "f", "m")!;
        (done.Rows, done.Kept, done.Selected).ShouldBe((42, 1, 2));
        done.Reasons.ShouldBe(new SortedDictionary<Reason, long> { [Reason.NoKeyword] = 40, [Reason.NotFound] = 1 });
        history.Find(other, "f", "m").ShouldBeNull();
        history.Find(Unit, "other", "m").ShouldBeNull();
        history.Find(Unit, "f", "other").ShouldBeNull();
    }

    [Fact]
    public async Task Under_another_filter_a_known_row_gets_that_filters_verdict_and_nothing_else()
    {
        await CommitAsync(Stored(1));
        using (var store = await OpenAsync(filter: "narrow"))
        {
            await store.Writer.AddAsync(CaptionTooLong(1));
            await store.Writer.FlushAsync();
        }

        Query("SELECT count(*) FROM rows", "narrow").ShouldBe("1");
        Query("SELECT kept FROM verdicts", "narrow").ShouldBe("False");
        Query("SELECT kept FROM verdicts").ShouldBe("True");
    }

    [Fact]
    public async Task It_commits_after_so_many_rows()
    {
        using var store = await OpenAsync(new StoreOptions { CommitRows = 2 });

        (await store.Writer.AddAsync(Stored(1))).ShouldBeNull();
        (await store.Writer.AddAsync(Stored(2)))!.Images.Count.ShouldBe(2);
        store.Writer.StoredRows.ShouldBe(2);
    }

    [Fact]
    public async Task It_commits_after_so_many_seconds()
    {
        using var store = await OpenAsync(new StoreOptions { CommitSeconds = 60 });
        (await store.Writer.AddAsync(Stored(1))).ShouldBeNull();
        store.Writer.StoredRows.ShouldBe(0);

        Time.Advance(TimeSpan.FromSeconds(60));

        (await store.Writer.AddAsync(Stored(2)))!.Images.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_second_writer_is_told_who_holds_the_store()
    {
        using var first = await OpenAsync();

        (await Should.ThrowAsync<SetupException>(() => OpenAsync())).Message
            .ShouldContain($"is held by process {Environment.ProcessId} on {Environment.MachineName}");
    }

    [Fact]
    public async Task The_lock_is_free_after_a_writer_is_gone()
    {
        (await OpenAsync()).Dispose();
        (await OpenAsync()).Dispose();
    }

    [Fact]
    public async Task AFolder_that_cannot_be_made_is_one_line_with_the_fix()
    {
        var file = Folder.File("a-file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<SetupException>(() => HeldStore.TakeAsync(Path.Combine(file, "store"), "run", Time)))
            .Message.ShouldSatisfyAllConditions(line => line.ShouldStartWith("cannot write the store"), line => line.ShouldContain("store.path"), line => line.ShouldNotContain("\n"));
    }

    [Fact]
    public async Task A_missing_or_broken_commit_is_refused_by_name()
    {
        await CommitAsync(Stored(1));
        await CommitAsync(Stored(2));
        var commits = Directory.GetFiles(Folder.File("rows", "_delta_log")).Order().ToList();

        File.WriteAllText(commits[1], "{");
        (await Should.ThrowAsync<SetupException>(() => OpenAsync())).Message.ShouldContain(commits[1]);
        File.Delete(commits[0]);
        (await Should.ThrowAsync<SetupException>(() => OpenAsync())).Message.ShouldContain("lacks version 0");
    }
}
