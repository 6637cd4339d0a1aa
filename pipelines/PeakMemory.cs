using System.Diagnostics;
using System.Globalization;

namespace Memorization.Pipelines;

/// <summary>The process's largest resident set so far.</summary>
internal static class PeakMemory
{
    /// <summary>VmHWM where the system has it, else the peak working set, in bytes.</summary>
    public static long Bytes()
    {
        const string status = "/proc/self/status";
        if (File.Exists(status) && File.ReadLines(status).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
            return long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
