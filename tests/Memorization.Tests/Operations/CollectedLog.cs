using System.Collections.Concurrent;
using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Memorization.Tests.Operations;

/// <summary>Keeps the events of a log as "Level: message".</summary>
internal sealed class CollectedLog : ILogEventSink
{
    private readonly ConcurrentQueue<string> _lines = new();

    public CollectedLog() => Log = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();

    public ILogger Log { get; }

    public IReadOnlyList<string> Lines => [.. _lines];

    public void Emit(LogEvent logEvent) => _lines.Enqueue($"{logEvent.Level}: {logEvent.RenderMessage(CultureInfo.InvariantCulture)}");
}
