namespace Memorization.Pipelines;

/// <summary>What the process tells a scheduler.</summary>
internal static class ExitCodes
{
    /// <summary>Done. Rejected rows are results, not failures.</summary>
    public const int Done = 0;

    /// <summary>The user's input or configuration is wrong, or no input could be read; one line says what, where, and the fix.</summary>
    public const int UserError = 1;

    /// <summary>The run failed, or some inputs could not be read.</summary>
    public const int Failed = 2;

    /// <summary>Stopped at once.</summary>
    public const int Interrupted = 130;
}
