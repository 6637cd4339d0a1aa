using Memorization.Flow;
using Serilog;

namespace Memorization.Rows;

/// <summary>The head of the graph: every row group of every file that is not done yet, one after the other.</summary>
/// <param name="files">Full paths.</param>
/// <param name="mayMatch">Which captions are wanted, on raw UTF-8; null for every one.</param>
/// <param name="isDone">Whether a unit was finished by an earlier run; it is skipped then.</param>
/// <param name="log">Says which file cannot be read.</param>
public sealed class LaionScan(IReadOnlyList<string> files, CaptionPredicate? mayMatch, Func<UnitId, bool> isDone, ILogger log)
{
    private readonly List<BrokenInputException> _broken = [];
    private readonly HashSet<UnitId> _met = [];
    private double _progress;

    /// <summary>Files and row groups that could not be read; the scan went on with the others.</summary>
    public IReadOnlyList<BrokenInputException> Broken => _broken;

    /// <summary>Files that could be opened.</summary>
    public int FilesOpened { get; private set; }

    /// <summary>Part of the input that has been read, 0 to 1.</summary>
    public double Progress => Volatile.Read(ref _progress);

    /// <summary>Writes the rows into the graph.</summary>
    public async Task RunAsync(Emitter<LaionRow> emitter, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(emitter);
        for (var i = 0; i < files.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (Open(files[i], stop) is not { } file) continue;
            for (var group = 0; group < file.RowGroups.Count; group++)
            {
                var unit = file.Unit(group);
                if (!_met.Add(unit))
                    log.Warning("{File}, row group {RowGroup}, is the same content as one read before; it is not read again", file.Path, group);
                else if (!isDone(unit))
                    await ReadAsync(file, group, emitter, stop).ConfigureAwait(false);
                Volatile.Write(ref _progress, (i + (group + 1.0) / file.RowGroups.Count) / files.Count);
            }
        }

        Volatile.Write(ref _progress, 1);
    }

    private async Task ReadAsync(LaionFile file, int group, Emitter<LaionRow> emitter, CancellationToken stop)
    {
        var reader = new LaionReader(file, group, mayMatch);
        var complete = false;
        try
        {
            foreach (var row in reader.Read(stop)) await emitter.EmitAsync(row).ConfigureAwait(false);
            complete = true;
        }
        catch (BrokenInputException broken)
        {
            Report(broken);
        }
        finally
        {
            // Also for a row group that was left half-way: what was read is counted, and the unit stays open for the next run.
            emitter.CountRejected(Reason.NoKeyword, reader.Counts.NoKeyword);
            emitter.CountRejected(Reason.MissingCaption, reader.Counts.MissingCaption);
        }

        if (!complete) return;
        var ended = new Dictionary<Reason, long>
        {
            [Reason.NoKeyword] = reader.Counts.NoKeyword,
            [Reason.MissingCaption] = reader.Counts.MissingCaption,
        };
        await emitter.EndUnitAsync(new UnitEnd(file.Unit(group), reader.Counts.Emitted, ended)).ConfigureAwait(false);
    }

    private LaionFile? Open(string path, CancellationToken stop)
    {
        try
        {
            var file = LaionFile.Open(path, stop);
            FilesOpened++;
            return file;
        }
        catch (BrokenInputException broken)
        {
            Report(broken);
            return null;
        }
    }

    private void Report(BrokenInputException broken)
    {
        _broken.Add(broken);
        log.Error("{Message:l}", broken.Message);
    }
}
