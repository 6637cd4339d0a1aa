using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Memorization.Operations;

namespace Memorization.Pipelines.Http;

/// <summary>What the meter "Memorization" shows, as text that Prometheus reads (exposition format 0.0.4). Thread-safe.</summary>
internal sealed class MetricsText : IDisposable
{
    /// <summary>Of the answer that carries it.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly List<Instrument> _instruments = [];
    private readonly Dictionary<Instrument, StringBuilder> _samples = [];
    private readonly Lock _gate = new();

    public MetricsText()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != RunMetrics.MeterName) return;
            _instruments.Add(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Add(instrument, value.ToString(CultureInfo.InvariantCulture), labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Add(instrument, Number(value), labels));
        _listener.Start();
    }

    /// <summary>Reads every instrument now.</summary>
    public string Read()
    {
        lock (_gate)
        {
            _samples.Clear();
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var instrument in _instruments.OrderBy(instrument => instrument.Name, StringComparer.Ordinal))
            {
                if (!_samples.TryGetValue(instrument, out var samples)) continue;
                var name = NameOf(instrument);
                text.Append("# HELP ").Append(name).Append(' ').Append(Escape(instrument.Description ?? "", quotes: false)).Append('\n')
                    .Append("# TYPE ").Append(name).Append(IsCounter(instrument) ? " counter\n" : " gauge\n").Append(samples);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Backslashes and line feeds escaped and, in the value of a label, quotes.</summary>
    internal static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    /// <summary>A value as Prometheus writes it.</summary>
    internal static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private void Add(Instrument instrument, string value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (!_samples.TryGetValue(instrument, out var text)) _samples.Add(instrument, text = new StringBuilder());
        text.Append(NameOf(instrument));
        for (var i = 0; i < labels.Length; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"")
                .Append(Escape(Convert.ToString(labels[i].Value, CultureInfo.InvariantCulture)!, quotes: true)).Append('"');
        }

        text.Append(labels.Length > 0 ? "} " : " ").Append(value).Append('\n');
    }

    private static string NameOf(Instrument instrument) => instrument.Name.Replace('.', '_') + (IsCounter(instrument) ? "_total" : "");

    private static bool IsCounter(Instrument instrument) => instrument is ObservableCounter<long>;
}
