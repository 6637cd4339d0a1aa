using Memorization.Replication.Diffusion;

namespace Memorization.Tests.Replication;

/// <summary>Schedulers' values for tests.</summary>
internal static class SchedulerConfigs
{
    /// <summary>Stable Diffusion's.</summary>
    public static SchedulerConfig Of(SchedulerKind kind, Prediction prediction, TimestepSpacing spacing = TimestepSpacing.Leading) =>
        new(kind, 1000, 0.00085, 0.012, Scaled: true, prediction, spacing, StepsOffset: 1, EndsAtOne: false, ClipRange: null, ZeroTerminalSnr: false);

    /// <summary>A hundred times as many levels, each adding a hundredth: near to a continuum.</summary>
    public static SchedulerConfig Fine(SchedulerKind kind, TimestepSpacing spacing) =>
        new(kind, 100_000, 8.5e-6, 1.2e-4, Scaled: true, Prediction.Epsilon, spacing, StepsOffset: 0, EndsAtOne: true, ClipRange: null, ZeroTerminalSnr: false);

    /// <summary>Reads a JSON text as if it were a folder's scheduler_config.json.</summary>
    public static SchedulerConfig Read(string json, SchedulerKind? instead = null)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, SchedulerConfig.FileName);
        File.WriteAllText(path, json);
        return SchedulerConfig.Read(path, instead);
    }
}
