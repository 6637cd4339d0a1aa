using System.Runtime.InteropServices;

namespace Memorization.Pipelines.Terminal;

/// <summary>Ctrl+C in two stages: the first stops reading and brings what is under way to its end, the second stops at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interrupts()
    {
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    /// <summary>The source stops; everything else goes on.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Everything stops.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _drain.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_drain.IsCancellationRequested)
        {
            _stop.Cancel();
            return;
        }

        Console.Error.WriteLine("stopping after the rows under way; once more to stop at once");
        _drain.Cancel();
    }
}
