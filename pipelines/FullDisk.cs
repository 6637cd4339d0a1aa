namespace Memorization.Pipelines;

/// <summary>Tells a full disk from everything else that can go wrong: no study is wrong because of it.</summary>
internal static class FullDisk
{
    // Windows: ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL. Unix: ENOSPC, and EDQUOT on Linux and macOS.
    private static readonly int[] Windows = [112, 39];
    private static readonly int[] Unix = [28, 122, 69];

    /// <summary>Whether a write failed because a disk or a quota is full.</summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException && (OperatingSystem.IsWindows() ? Windows.Contains(cause.HResult & 0xFFFF) : Unix.Contains(cause.HResult))) return true;
        }

        return false;
    }
}
