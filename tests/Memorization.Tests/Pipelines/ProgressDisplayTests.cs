using Memorization.Pipelines.Terminal;
using Shouldly;
using Spectre.Console;
using Xunit;

namespace Memorization.Tests.Pipelines;

public sealed class ProgressDisplayTests
{
    [Fact]
    public async Task A_terminal_shows_a_bar_with_the_counts_until_the_work_ends()
    {
        using var screen = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(screen),
        });
        console.Profile.Width = 160;
        var work = new TaskCompletionSource();
        var looks = 0;

        await ProgressDisplay.BarAsync(console, work.Task, () =>
        {
            if (++looks == 3) work.SetResult();
            return (0.5, "12 rows read [so far]");
        }, TimeProvider.System);

        screen.ToString().ShouldSatisfyAllConditions(text => text.ShouldContain("50%"), text => text.ShouldContain("12 rows read [so far]"));
    }

    [Fact]
    public async Task A_fault_of_the_work_is_the_displays_own()
    {
        using var screen = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(screen) });

        await Should.ThrowAsync<FormatException>(() =>
            ProgressDisplay.BarAsync(console, Task.FromException(new FormatException()), () => (0, "rows"), TimeProvider.System));
    }
}
