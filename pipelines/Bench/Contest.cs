using System.Diagnostics;

namespace Memorization.Pipelines.Bench;

/// <summary>Times several ways to one result in turn, round after round, so that whatever disturbs the machine disturbs them alike.</summary>
internal sealed class Contest(int runs)
{
    private readonly List<(string Name, Func<Task> Run)> _entries = [];
    private readonly Dictionary<int, Func<bool>> _checks = [];

    public Contest Add(string name, Func<Task> run)
    {
        _entries.Add((name, run));
        return this;
    }

    public Contest Add(string name, Action run) => Add(name, () =>
    {
        run();
        return Task.CompletedTask;
    });

    /// <summary>Looks, outside the time, at what the entry added last has done.</summary>
    public Contest Check(Func<bool> isRight)
    {
        _checks.Add(_entries.Count - 1, isRight);
        return this;
    }

    /// <summary>Runs each entry once untimed, then <c>runs</c> rounds of all of them.</summary>
    /// <returns>The seconds of each entry's runs, ascending, in the order the entries were added.</returns>
    public async Task<IReadOnlyList<Times>> RunAsync(CancellationToken stop)
    {
        var seconds = _entries.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < runs; round++)
        {
            for (var i = 0; i < _entries.Count; i++)
            {
                stop.ThrowIfCancellationRequested();
                var started = Stopwatch.GetTimestamp();
                await _entries[i].Run();
                var elapsed = Stopwatch.GetElapsedTime(started);
                if (_checks.TryGetValue(i, out var isRight) && !isRight()) throw new InvalidOperationException($"{_entries[i].Name}: the result is wrong");
                if (round >= 0) seconds[i].Add(elapsed.TotalSeconds);
            }
        }

        return [.. _entries.Select((entry, i) => new Times(entry.Name, [.. seconds[i].Order()]))];
    }
}

/// <summary>The seconds of one entry's runs, ascending.</summary>
internal sealed record Times(string Name, double[] Seconds)
{
    public double Median => Seconds.Length % 2 == 1 ? Seconds[Seconds.Length / 2] : (Seconds[Seconds.Length / 2 - 1] + Seconds[Seconds.Length / 2]) / 2;
}
